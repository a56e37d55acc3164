"""Run the identity service: `python -m services.identity`."""

from libs.web.server import serve
from services.identity.app import make_app
from services.identity.refusing import RefusesToStart

if __name__ == "__main__":
    try:
        serve("identity", make_app)
    except RefusesToStart as refusal:
        raise SystemExit(f"identity refuses to start: {refusal}") from None
