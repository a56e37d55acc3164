"""`python -m services.activity`."""

from libs.web.server import serve
from services.activity.app import make_app

if __name__ == "__main__":
    serve("activity", make_app)
