"""The journal service on one page."""

from typing import Final

from aiohttp import web

from libs.privacy.finding import Portable
from libs.web.assembling import create_app
from libs.web.references import reference_copies
from libs.web.service import Service
from services.journal.deliveries import routes as deliveries
from services.journal.deliveries import store as delivery_rows
from services.journal.deliveries.lanes import Pace
from services.journal.deliveries.sender import Outlet
from services.journal.events import consumers
from services.journal.events import routes as events
from services.journal.events import store as event_rows
from services.journal.events.tail import Tail
from services.journal.history import routes as history
from services.journal.privacy_requests import consumers as privacy_consumers
from services.journal.privacy_requests import routes as privacy_requests
from services.journal.restores import consumers as restores
from services.journal.search import routes as search
from services.journal.search.following import Searching
from services.journal.search.store import ask_for_rebuild
from services.journal.settings import JournalSettings
from services.journal.tickets import routes as tickets
from services.journal.tickets import store as ticket_rows
from services.journal.unrouted import routes as unrouted
from services.journal.webhooks import routes as webhooks

STRICT: Final = Outlet()
USUAL: Final = Pace()


def journal(outlet: Outlet = STRICT, pace: Pace = USUAL) -> Service:
    """The service, with a tail of its own: what its projection stores its streams and its search hear of at once.

    Webhooks are sent through `outlet`, at this `pace`.
    """
    tail = Tail()
    searching = Searching(tail)
    return Service(
        name="journal",
        resources=(webhooks.resource(allow_http=outlet.allow_http), privacy_requests.RESOURCE),
        routes=(
            *events.routes(tail),
            *tickets.ROUTES,
            *history.ROUTES,
            *search.routes(searching),
            *webhooks.routes(allow_http=outlet.allow_http),
            *deliveries.ROUTES,
            *unrouted.ROUTES,
            *privacy_requests.ROUTES,
        ),
        consumers=(privacy_consumers.note_answer, restores.tell_what_was_missed),
        announcing=(restores.replaying,),
        projections=(
            consumers.journalling(tail),
            reference_copies("identity.user.*"),
        ),
        indexes={
            event_rows.COLLECTION: event_rows.INDEXES,
            ticket_rows.COLLECTION: ticket_rows.INDEXES,
            **delivery_rows.INDEXES,
        },
        attachments=(events.watching(tail), search.following(searching), deliveries.delivering(outlet, pace, tail)),
        endings=(events.ending(tail),),
        keeps_common=True,
        after_erasure=ask_for_rebuild,
        portable=(Portable(event_rows.COLLECTION, "subject"),),
    )


async def make_app(settings: JournalSettings) -> web.Application:
    return await create_app(journal(settings.outlet), settings)
