"""`python -m services.journal`."""

from libs.web.server import serve
from services.journal.app import make_app

if __name__ == "__main__":
    serve("journal", make_app)
