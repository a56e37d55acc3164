"""`python -m services.sales`."""

from libs.web.server import serve
from services.sales.app import make_app

if __name__ == "__main__":
    serve("sales", make_app)
