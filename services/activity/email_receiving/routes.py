"""What operators see of mail that came in, and the receiving itself, as long as the service runs."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from libs.contracts.values import Value
from libs.store.documents import to_json
from libs.web.access import Operation
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import STORE
from services.activity.email_receiving import store
from services.activity.email_receiving.listener import Listener, listening
from services.activity.email_receiving.model import Outcome
from services.activity.email_receiving.poll import Account, Poll
from services.activity.email_receiving.sorter import Sorter
from services.activity.email_sending.store import count_waiting

PORT: Final = web.AppKey("mail_port", int)
"""The port where mail is taken, if it is."""


@dataclass(frozen=True, slots=True)
class Receiving:
    """Where mail comes in: an address to listen at, a mailbox to poll, both or neither. Times in seconds."""

    listen: Listener | None = None
    imap_url: str | None = None
    poll_every: float = 60.0
    sort_every: float = 0.5


class Mailbox(Value):
    """`accepted` were made durable: `stored` as e-mails, or known before (`duplicates`, `own`), or still `waiting`.

    `erased` told of somebody who was erased before they were looked at, and are gone.

    Of one that is polled: how many are `there`, and how many of those are `missing` here, which should be 0.
    """

    mailbox: str
    accepted: int
    stored: int
    duplicates: int
    own: int
    erased: int
    waiting: int
    there: int | None = None
    missing: int | None = None
    polled_at: datetime | None = None


class Traffic(Value):
    """`queued` are on their way out. `lost` are said to be, and are in no queue: 0, or something is wrong."""

    queued: int
    lost: int
    mailboxes: list[Mailbox]


def receiving(settings: Receiving) -> Callable[[web.Application], AsyncIterator[None]]:
    """Receives while the service runs. What was accepted is sorted even where nothing more comes in."""

    async def receive(app: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            sorter = Sorter(app[STORE], poll_every=settings.sort_every)
            sorter.start()
            stack.push_async_callback(sorter.stop)
            if settings.imap_url is not None:
                poll = Poll(app[STORE], Account.of(settings.imap_url), every=settings.poll_every)
                poll.start()
                stack.push_async_callback(poll.stop)
            if settings.listen is not None:
                app[PORT] = await stack.enter_async_context(listening(app[STORE], settings.listen))
            yield

    return receive


async def read_traffic(request: web.Request) -> web.Response:
    kept = request.app[STORE]
    queued, lost = await count_waiting(kept)
    counts, polled = await store.outcomes(kept), await store.mailboxes(kept)
    names = sorted(counts.keys() | polled.keys())
    views = [_mailbox(name, counts.get(name, Counter()), polled.get(name, {})) for name in names]
    return json_response(to_json(Traffic(queued=queued, lost=lost, mailboxes=views).model_dump()))


def _mailbox(name: str, count: Counter[str], told: Mapping[str, Any]) -> Mailbox:
    return Mailbox(
        mailbox=name,
        accepted=count.total(),
        stored=count[Outcome.STORED],
        duplicates=count[Outcome.DUPLICATE],
        own=count[Outcome.OWN],
        erased=count[Outcome.ERASED],
        waiting=count["waiting"],
        there=told.get("there"),
        missing=told.get("missing"),
        polled_at=told.get("polled_at"),
    )


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/email_traffic",
        read_traffic,
        Rule("operations", Operation.READ),
        "E-mail going out and coming in, and whether any was lost",
        answer=Traffic,
    ),
)
