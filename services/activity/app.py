"""The activity service on one page."""

from dataclasses import replace
from typing import Final

from aiohttp import web

from libs.privacy.finding import Portable
from libs.web.assembling import create_app
from libs.web.completing import completing
from libs.web.references import reference_copies
from libs.web.service import Service
from services.activity.activities import routes as activities
from services.activity.activity_types import routes as activity_types
from services.activity.calendars import routes as calendars
from services.activity.calendars.store import INDEXES as CALENDAR_INDEXES
from services.activity.conversions import consumers as conversion_consumers
from services.activity.conversions import routes as conversions
from services.activity.digests import routes as digests
from services.activity.digests.commands import make_digest
from services.activity.digests.sending import digests as digest_mails
from services.activity.distributions import routes as distributions
from services.activity.distributions import store as distributed
from services.activity.distributions.running import DISTRIBUTING
from services.activity.email_composing import routes as email_composing
from services.activity.email_contents import routes as email_contents
from services.activity.email_contents.store import BODIES
from services.activity.email_contents.store import FILES as EMAIL_FILES
from services.activity.email_contents.tidying import tidy as tidy_emails
from services.activity.email_receiving import routes as email_receiving
from services.activity.email_receiving import store as arrivals
from services.activity.email_receiving.routes import Receiving
from services.activity.email_sending import routes as email_sending
from services.activity.email_sending import store as email_queue
from services.activity.email_sending.postman import Pace
from services.activity.invitations import routes as inviting
from services.activity.invitations.sending import invitations
from services.activity.my_work import routes as my_work
from services.activity.notes import routes as notes
from services.activity.notes.store import FILES as NOTE_FILES
from services.activity.notes.tidying import tidy as tidy_notes
from services.activity.notifications import routes as notifications
from services.activity.notifications.model import Notification
from services.activity.relations import store as relations
from services.activity.reminders.commands import remind
from services.activity.series import routes as series
from services.activity.settings import ActivitySettings
from services.activity.timeline import consumers as timeline_consumers
from services.activity.timeline import routes as timeline
from services.activity.timeline import store as entries
from services.activity.timeline.completing import complete_kinds

USUAL: Final = Pace()
NOWHERE: Final = Receiving()

ACTIVITY: Final = Service(
    name="activity",
    resources=(activities.RESOURCE, notes.RESOURCE, activity_types.RESOURCE),
    routes=(
        *series.ROUTES,
        *notes.ROUTES,
        *notifications.ROUTES,
        *digests.ROUTES,
        *my_work.ROUTES,
        *calendars.ROUTES,
        *distributions.ROUTES,
        *conversions.ROUTES,
        *email_composing.ROUTES,
        *email_contents.ROUTES,
        *email_sending.ROUTES,
        *email_receiving.ROUTES,
        *inviting.ROUTES,
        *timeline.ROUTES,
    ),
    records=(Notification,),
    timers=(remind, make_digest),
    schedules=(tidy_emails, tidy_notes),
    attachments=(completing("timeline kinds", complete_kinds),),
    jobs=(DISTRIBUTING,),
    consumers=(conversion_consumers.note_conversion, conversion_consumers.note_refusal),
    sending=(digest_mails,),
    projections=(
        reference_copies("identity.user.*", "identity.team.*"),
        timeline_consumers.keep_timeline,
    ),
    files=(EMAIL_FILES, NOTE_FILES, arrivals.RAW_FILES),
    portable=(Portable(entries.COLLECTION, "about"), Portable(BODIES, "_id", bare=True)),
    indexes={
        entries.COLLECTION: entries.INDEXES,
        relations.COLLECTION: relations.INDEXES,
        distributed.COLLECTION: distributed.INDEXES,
        **CALENDAR_INDEXES,
        email_queue.QUEUE: email_queue.INDEXES,
        **arrivals.INDEXES,
    },
)


def activity(pace: Pace = USUAL, inbox: str | None = None, receiving: Receiving = NOWHERE) -> Service:
    """The service; it sends e-mails at this `pace`, has replies sent to `inbox`, and takes mail as `receiving` says."""
    attachments = (email_sending.posting(pace, inbox), email_receiving.receiving(receiving))
    return replace(
        ACTIVITY,
        attachments=(*ACTIVITY.attachments, *attachments),
        sending=(*ACTIVITY.sending, invitations(inbox)),
    )


async def make_app(settings: ActivitySettings) -> web.Application:
    return await create_app(activity(settings.pace, settings.mail_inbox, settings.receiving), settings)
