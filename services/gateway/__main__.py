"""Run the gateway: `python -m services.gateway`."""

from libs.web.server import run
from services.gateway.app import make_app, site
from services.gateway.settings import GatewaySettings

if __name__ == "__main__":
    settings = GatewaySettings()
    run("gateway", make_app, settings, site=site, **settings.server_options)
