"""What an operator sets for the journal beyond what every service has."""

from libs.web.settings import ServiceSettings
from services.journal.deliveries.sender import Outlet


class JournalSettings(ServiceSettings):
    """Where webhooks may be sent: both are for development and tests."""

    webhooks_allow_http: bool = False
    webhooks_allow_private: bool = False

    @property
    def outlet(self) -> Outlet:
        return Outlet(allow_http=self.webhooks_allow_http, allow_private=self.webhooks_allow_private)
