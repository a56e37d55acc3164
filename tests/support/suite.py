"""Every service behind the gateway, as it describes itself: nothing is started."""

from typing import Final

from libs.web.service import Service
from services.activity.app import SERVICE as ACTIVITY
from services.identity.api_keys import routes as api_keys
from services.identity.api_keys.model import ApiKey
from services.identity.custom_fields import routes as custom_fields
from services.identity.directory import routes as directory
from services.identity.duplicate_rules import routes as duplicate_rules
from services.identity.keys import routes as keys
from services.identity.notices import consumers as notices
from services.identity.password_links import routes as links
from services.identity.roles import routes as roles
from services.identity.second_factor import routes as second_factor
from services.identity.sessions import routes as sessions
from services.identity.sessions.model import Session
from services.identity.teams import routes as teams
from services.identity.users import routes as users
from services.journal.app import journal
from services.marketing.app import MARKETING
from services.reporting.app import REPORTING
from services.sales.app import SALES
from services.service.app import SERVICE

IDENTITY: Final = Service(
    "identity",
    resources=(
        users.USERS,
        roles.ROLES,
        teams.TEAMS,
        custom_fields.CUSTOM_FIELDS,
        duplicate_rules.DUPLICATE_RULES,
    ),
    routes=(
        *users.ROUTES,
        *sessions.ROUTES,
        *api_keys.ROUTES,
        *keys.ROUTES,
        *directory.ROUTES,
        *links.ROUTES,
        *second_factor.ROUTES,
    ),
    records=(Session, ApiKey),
    consumers=(notices.tell_of_webhook,),
)
"""As services/identity/app.py puts it together, without what needs settings."""

SERVICES: Final = (IDENTITY, SALES, MARKETING, SERVICE, ACTIVITY, REPORTING, journal())
