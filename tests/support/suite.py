"""Every service behind the gateway, as it describes itself: nothing is started."""

from typing import Final

from services.activity.app import ACTIVITY
from services.identity.app import IDENTITY
from services.journal.app import journal
from services.marketing.app import MARKETING
from services.reporting.app import REPORTING
from services.sales.app import SALES
from services.service.app import SERVICE

SERVICES: Final = (IDENTITY, SALES, MARKETING, SERVICE, ACTIVITY, REPORTING, journal())
