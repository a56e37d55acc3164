"""Takes what lies in a mailbox of another server (IMAP, RFC 9051), and leaves it there."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from imaplib import IMAP4
from typing import Final
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxUnencrypted

from libs.store.clock import utc_now
from libs.store.ids import new_id
from libs.store.store import Store
from libs.telemetry.logs import logger
from services.activity.email_receiving import measures, store
from services.activity.email_receiving.listener import LARGEST

_log = logger()
_SECONDS: Final = 30.0
_LEASE: Final = timedelta(seconds=120)
_COMPARED: Final = 1_000
"""Mails that one query looks for."""


@dataclass(frozen=True, slots=True)
class Account:
    """A folder of a mailbox."""

    host: str
    port: int
    username: str
    password: str
    folder: str
    encrypted: bool

    @classmethod
    def of(cls, url: str) -> "Account":
        """`imaps://user:password@host:993/INBOX`; `imap://` for a server on the same machine."""
        parts = urlsplit(url)
        encrypted = parts.scheme == "imaps"
        return cls(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or (993 if encrypted else 143),
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
            encrypted=encrypted,
        )

    @property
    def name(self) -> str:
        return f"imap:{self.username}@{self.host}/{self.folder}"

    def open(self) -> BaseMailBox:
        kind = MailBox if self.encrypted else MailBoxUnencrypted
        return kind(self.host, port=self.port, timeout=_SECONDS).login(self.username, self.password, self.folder)


class Poll:
    """Polls again and again, while this copy of the service has the lease."""

    def __init__(self, store: Store, account: Account, *, every: float) -> None:
        self._store = store
        self._account = account
        self._every = every
        self._holder = new_id()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="mailbox poll")

    async def stop(self) -> None:
        """Ends after the mail in hand: a thread that waits for the server is not interrupted."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if await self._store.leases.acquire(self._account.name, self._holder, _LEASE):
                    await self.take()
            except Exception as error:  # noqa: BLE001 - whatever the other server says, the next poll may go well
                _log.warning("mailbox_not_polled", mailbox=self._account.name, error=error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._every)

    async def take(self) -> None:
        """Takes what is new, each mail durably before the next, and notes how the mailbox compares."""
        box = await asyncio.to_thread(self._account.open)
        try:
            status = await asyncio.to_thread(box.folder.status, self._account.folder)
            validity = status["UIDVALIDITY"]
            uids = sorted(map(int, await asyncio.to_thread(box.uids)))
            complete = await store.complete_up_to(self._store, self._account.name, validity)
            waiting = [uid for uid in uids if uid > complete]
            for uid in await self._missing(validity, waiting):
                if self._stopping.is_set():
                    return
                await self._take_one(box, validity, uid)
            missing = await self._missing(validity, waiting)
            complete = min(missing) - 1 if missing else max([complete, *uids])
            told = {"validity": validity, "complete": complete, "there": len(uids), "missing": len(missing)}
            await store.note_mailbox(self._store, self._account.name, {**told, "polled_at": utc_now()})
        finally:
            with suppress(ImapToolsError, IMAP4.error, OSError):
                await asyncio.to_thread(box.logout)

    async def _missing(self, validity: int, uids: Sequence[int]) -> list[int]:
        """Those that were not taken, in their order."""
        missing = []
        for start in range(0, len(uids), _COMPARED):
            places = {self._place(validity, uid): uid for uid in uids[start : start + _COMPARED]}
            known = await store.places_known(self._store, places)
            missing += [uid for place, uid in places.items() if place not in known]
        return missing

    def _place(self, validity: int, uid: int) -> str:
        return f"{self._account.name};{validity};{uid}"

    async def _take_one(self, box: BaseMailBox, validity: int, uid: int) -> None:
        raw = await asyncio.to_thread(_fetched, box, uid)
        if raw is None:
            return  # it went meanwhile, or is larger than mail may be, which `missing` tells
        name = self._account.name
        await store.keep_arrival(self._store, raw, mailbox=name, at=utc_now(), place=self._place(validity, uid))
        measures.accepted(name)


def _fetched(box: BaseMailBox, uid: int) -> bytes | None:
    """The bytes of a mail, which stays unread; None where it is not there, or too large."""
    _, sizes = box.client.uid("fetch", str(uid), "(RFC822.SIZE)")
    if (
        not sizes
        or sizes[0] is None
        or int(bytes(sizes[0]).partition(b"RFC822.SIZE ")[2].split(b")")[0].split()[0]) > LARGEST
    ):
        return None
    _, parts = box.client.uid("fetch", str(uid), "(BODY.PEEK[])")
    return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), None)
