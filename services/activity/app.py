"""The activity service on one page."""

from typing import Final

from aiohttp import web

from libs.bus.definitions import projection
from libs.privacy.finding import Portable
from libs.store import copies
from libs.web.service import Service, create_app
from libs.web.settings import ServiceSettings
from services.activity.activities import routes as activities
from services.activity.activity_types import routes as activity_types
from services.activity.calendars import routes as calendars
from services.activity.calendars.store import INDEXES as CALENDAR_INDEXES
from services.activity.digests import routes as digests
from services.activity.digests.commands import make_digest
from services.activity.digests.sending import digests as digest_mails
from services.activity.distributions import routes as distributions
from services.activity.distributions import store as distributed
from services.activity.distributions.running import DISTRIBUTING
from services.activity.invitations import routes as invitations
from services.activity.invitations.sending import invitation_mails
from services.activity.my_work import routes as my_work
from services.activity.notifications import routes as notifications
from services.activity.notifications.model import Notification
from services.activity.reminders.commands import remind
from services.activity.series import routes as series
from services.activity.timeline import consumers as timeline_consumers
from services.activity.timeline import routes as timeline
from services.activity.timeline import store as entries

SERVICE: Final = Service(
    name="activity",
    resources=(activities.RESOURCE, activity_types.RESOURCE),
    routes=(
        *series.ROUTES,
        *notifications.ROUTES,
        *digests.ROUTES,
        *my_work.ROUTES,
        *calendars.ROUTES,
        *distributions.ROUTES,
        *invitations.ROUTES,
        *timeline.ROUTES,
    ),
    records=(Notification,),
    timers=(remind, make_digest),
    jobs=(DISTRIBUTING,),
    sending=(invitation_mails, digest_mails),
    projections=(
        projection(
            "reference_copies",
            "sales.*.*",
            "marketing.*.*",
            "service.*.*",
            "identity.user.*",
            "identity.team.*",
            "activity.*.*",
            forget=copies.forget_copies,
        )(copies.keep_copies),
        timeline_consumers.keep_timeline,
    ),
    portable=(Portable(entries.COLLECTION, "about"),),
    indexes={
        entries.COLLECTION: entries.INDEXES,
        distributed.COLLECTION: distributed.INDEXES,
        **CALENDAR_INDEXES,
    },
)


async def make_app(settings: ServiceSettings) -> web.Application:
    return await create_app(SERVICE, settings)
