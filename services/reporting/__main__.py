"""`python -m services.reporting`."""

from libs.web.server import serve
from services.reporting.app import make_app

if __name__ == "__main__":
    serve("reporting", make_app)
