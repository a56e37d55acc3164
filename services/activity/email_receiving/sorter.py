"""Makes records of the mails that were accepted: any copy of the service some, each once."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Final

from libs.domain.attachments import Attachment
from libs.domain.refusals import NotFound, Unavailable
from libs.jobs.leased import Hold, Leased
from libs.jobs.workers import Workers
from libs.store.context import Context
from libs.store.files import Files
from libs.store.store import Store
from libs.telemetry.logs import logger
from services.activity.email_contents.model import Body, Written
from services.activity.email_contents.sanitising import shown
from services.activity.email_contents.store import FILES
from services.activity.email_receiving import commands, measures
from services.activity.email_receiving.commands import Arrival
from services.activity.email_receiving.model import Attached, Incoming, Outcome
from services.activity.email_receiving.parsing import read_mail
from services.activity.email_receiving.store import ARRIVALS, RAW

_log = logger()

AT_ONCE: Final = 4
_LEASE: Final = 60.0
_FIRST_PAUSE: Final = 5.0
_LONGEST_PAUSE: Final = 300.0
_ATTEMPTS: Final = 5
"""After so many a mail becomes a record without being read, with all of it attached."""


class Sorter:
    def __init__(self, store: Store, *, poll_every: float = 0.5) -> None:
        self._store = store
        self._arrivals = Leased(store, ARRIVALS)
        self._raw, self._files = Files(store, RAW), Files(store, FILES.bucket)
        self._workers = Workers("arrivals", self._take, self._handle, most=AT_ONCE, poll_every=poll_every)

    def start(self) -> None:
        self._workers.start()

    async def stop(self) -> None:
        await self._workers.stop(within=8.0)

    async def _take(self, most: int) -> list[Hold]:
        return await self._arrivals.take({}, seconds=_LEASE, most=most)

    async def _handle(self, hold: Hold) -> None:
        try:
            async with asyncio.timeout(_LEASE * 0.9):
                outcome = await self._sort(hold)
            measures.sorted_(outcome)
        except asyncio.CancelledError:
            await self._arrivals.hand_on(hold)
            raise
        except Exception as error:  # noqa: BLE001 - whatever a stranger's mail brings about, others go on
            _log.warning("email_not_sorted", arrival_id=hold.id, attempts=hold.attempts, error=error)
            later = self._arrivals.put_off if isinstance(error, Unavailable) else self._arrivals.give_back
            await later(hold, after=min(_FIRST_PAUSE * hold.tries, _LONGEST_PAUSE))

    async def _sort(self, hold: Hold) -> Outcome:
        try:
            raw = await self._raw.read(hold.id)
        except NotFound:
            return await self._store.run(partial(commands.note_erased, fence=hold.fence), Context())
        unread = hold.attempts > _ATTEMPTS
        incoming = _unread(raw) if unread else await asyncio.to_thread(read_mail, raw)
        body = await asyncio.to_thread(_body, incoming)
        files = tuple([await self._keep(hold.id, number, file) for number, file in enumerate(incoming.files)])
        document = hold.document
        arrival = Arrival(
            id=hold.id,
            mailbox=document["mailbox"],
            recipients=tuple(document["recipients"]),
            digest=document["sha256"],
            at=document["received_at"],
            fence=hold.fence,
            incoming=replace(incoming, files=()),
            body=body,
            files=files,
        )
        outcome = await self._store.run(partial(commands.take_in, arrival=arrival), Context())
        if outcome is Outcome.ERASED:
            await self._drop(hold.id, files)
        return outcome

    async def _drop(self, arrival_id: str, files: Iterable[Attachment]) -> None:
        """What a kill leaves of them is tidied with all that belongs to no record."""
        await self._raw.drop(arrival_id)
        for file in files:
            await self._files.drop(file.id)

    async def _keep(self, arrival_id: str, number: int, file: Attached) -> Attachment:
        """Under an id that the same file has at each attempt."""
        file_id = f"{arrival_id}-{number}"
        await self._files.put(file_id, file.content)
        return Attachment(
            id=file_id,
            name=file.name,
            content_type=file.content_type,
            size=len(file.content),
            sha256=sha256(file.content).hexdigest(),
        )


def _unread(raw: bytes) -> Incoming:
    return Incoming(subject="(unreadable)", files=(Attached("message.eml", "message/rfc822", raw),))


def _body(incoming: Incoming) -> Body:
    if incoming.text is None and incoming.html is None:
        return Body()
    return shown(Written(text=incoming.text, html=incoming.html))
