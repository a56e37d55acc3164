"""`python -m services.marketing`."""

from libs.web.server import serve
from services.marketing.app import make_app

if __name__ == "__main__":
    serve("marketing", make_app)
