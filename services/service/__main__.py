"""`python -m services.service`."""

from libs.web.server import serve
from services.service.app import make_app

if __name__ == "__main__":
    serve("service", make_app)
