"""`python -m services.activity`."""

from libs.web.server import run, tcp_site
from services.activity.app import make_app
from services.activity.settings import ActivitySettings

if __name__ == "__main__":
    run("activity", make_app, ActivitySettings(), site=tcp_site)
