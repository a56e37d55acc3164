"""The journal service on one page."""

from aiohttp import web

from libs.bus.definitions import projection
from libs.store import copies
from libs.web.service import Service, create_app
from libs.web.settings import ServiceSettings
from services.journal.events import consumers
from services.journal.events import routes as events
from services.journal.events import store as event_rows
from services.journal.events.tail import Tail
from services.journal.history import routes as history
from services.journal.search import routes as search
from services.journal.search.following import Searching
from services.journal.tickets import routes as tickets
from services.journal.tickets import store as ticket_rows


def journal() -> Service:
    """The service, with a tail of its own: what its projection stores its streams and its search hear of at once."""
    tail = Tail()
    searching = Searching(tail)
    return Service(
        name="journal",
        routes=(*events.routes(tail), *tickets.ROUTES, *history.ROUTES, *search.routes(searching)),
        projections=(
            consumers.journalling(tail),
            projection("reference_copies", "identity.user.*")(copies.keep_copies),
        ),
        indexes={event_rows.COLLECTION: event_rows.INDEXES, ticket_rows.COLLECTION: ticket_rows.INDEXES},
        attachments=(events.watching(tail), search.following(searching)),
        endings=(events.ending(tail),),
    )


async def make_app(settings: ServiceSettings) -> web.Application:
    return await create_app(journal(), settings)
