"""What becomes of an e-mail that came in."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from libs.contracts.emails import EmailBounced, EmailReceived
from libs.domain.attachments import Attachment
from libs.domain.refusals import NotFound
from libs.privacy.scrubbing import Erased
from libs.store.changes import Announcement
from libs.store.erased import tombstones
from libs.store.store import Document
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.email import Email
from services.activity.calendars.commands import take_answer
from services.activity.email_contents.model import Body
from services.activity.email_contents.store import put_body
from services.activity.email_receiving import model, store
from services.activity.email_receiving.model import Incoming, Known, Outcome
from services.activity.email_sending.store import signing_key
from services.activity.email_sending.tokens import mail_id_in, token_of

_CLAIM = "email_received"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that a mailbox has accepted, as it was read; `fence` matches its document while nobody else has it."""

    id: str
    mailbox: str
    recipients: tuple[str, ...]
    digest: str
    at: datetime
    fence: Document
    incoming: Incoming
    body: Body
    files: tuple[Attachment, ...]

    @property
    def said(self) -> list[str]:
        """What a person may be recognised in."""
        incoming, texts = self.incoming, (self.incoming.subject, self.body.text, self.body.html)
        return [*self.recipients, *(each.address for _, each in incoming.correspondents), *filter(None, texts)]

    @property
    def key(self) -> str:
        """What a second copy has as well: its Message-ID, else all of its bytes."""
        named = sha256((self.incoming.message_id or "").encode()).hexdigest() if self.incoming.message_id else None
        return f"{self.mailbox}|{named or self.digest}"


async def take_in(work: UnitOfWork, arrival: Arrival) -> Outcome:
    """Once for each mail of a mailbox, however often that has it; never what came of somebody before their erasure."""
    if await _tells_of_erased(work, arrival):
        return await note_erased(work, arrival.fence)
    holder = await work.claimed_by(_CLAIM, arrival.key)
    if holder is not None and holder != arrival.id:
        store.settle(work, arrival.fence, Outcome.DUPLICATE, holder)
        return Outcome.DUPLICATE
    if holder is None:
        work.take_claim(_CLAIM, arrival.key, arrival.id)
    key = await signing_key(work.store)
    own = await _sent(work, key, [arrival.incoming.message_id or ""])
    if own is not None:
        store.settle(work, arrival.fence, Outcome.OWN, own.id)
        return Outcome.OWN
    sent = await _sent(
        work, key, [*arrival.incoming.answered, *arrival.recipients, *sorted(arrival.incoming.addresses)]
    )
    parent = sent or await store.with_message_id(work, arrival.incoming.answered)
    invited_to = await _take_answers(work, arrival.incoming)
    known = await _known(work, arrival.incoming, parent, invited_to)
    email = model.received(arrival.incoming, known, arrival.files, id=arrival.id, at=arrival.at)
    _add(work, email, arrival.body)
    if sent is not None and arrival.incoming.bounced:
        work.save(model.bounced(sent, arrival.incoming, at=work.now), EmailBounced())
    store.settle(work, arrival.fence, Outcome.STORED, email.id)
    return Outcome.STORED


async def note_erased(work: UnitOfWork, fence: Document) -> Outcome:
    """Settles a mail that was erased, with the person of whom it told, before it was sorted."""
    store.settle(work, fence, Outcome.ERASED, None)
    return Outcome.ERASED


async def _tells_of_erased(work: UnitOfWork, arrival: Arrival) -> bool:
    people = [Erased.from_tombstone(each) for each in await tombstones(work.store, since=arrival.at)]
    return any(each.concerns(arrival.said) for each in people)


async def _sent(work: UnitOfWork, key: bytes, texts: Sequence[str]) -> Email | None:
    """The e-mail that one of these texts has the token of; only we can have signed it."""
    for text in texts:
        if mail_id := mail_id_in(key, text):
            return await store.sent_with(work, token_of(key, mail_id))
    return None


async def _take_answers(work: UnitOfWork, incoming: Incoming) -> Activity | None:
    """The appointment to whose invitation the sender answers; what they say in another's name is not taken."""
    invited_to = None
    for answer in incoming.answers:
        if incoming.sender is not None and answer.email == model.email_of(incoming.sender.address):
            with suppress(NotFound):
                invited_to = await take_answer(work, answer)
    return invited_to


async def _known(work: UnitOfWork, incoming: Incoming, parent: Email | None, invited_to: Activity | None) -> Known:
    found = await store.people_with(work.store, incoming.addresses)
    sender = model.email_of(incoming.sender.address) if incoming.sender else None
    owner_id = found[sender][1] if sender in found else None
    return Known(parent, invited_to, {address: reference for address, (reference, _) in found.items()}, owner_id)


def _add(work: UnitOfWork, email: Email, body: Body) -> None:
    described = email.model_copy(update={"description": body.beginning})
    if body.html is not None or body.text != body.beginning:
        put_body(work, email.id, body)
        described = described.model_copy(update={"body_size": body.size})
    work.add(described, Announcement(f"{email.aggregate}.created"), EmailReceived())
