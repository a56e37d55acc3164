"""`python -m services.journal`."""

from libs.web.server import return_freed, run, tcp_site
from services.journal.app import make_app
from services.journal.settings import JournalSettings

if __name__ == "__main__":
    return_freed()  # the search takes some MiB for every commit
    run("journal", make_app, JournalSettings(), site=tcp_site)
