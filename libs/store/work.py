"""The unit of work: what one command reads, and all that it changes, written together or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orjson import Fragment

from libs.contracts.envelope import Envelope
from libs.domain.grants import hidden_fields, trimmed
from libs.domain.record import Record
from libs.store.changes import Announcement, Change, Happening
from libs.store.context import Context
from libs.store.documents import differences, public, still_moved, to_document, to_json, undeclared
from libs.store.figures import figured
from libs.store.ids import new_id
from libs.store.mongo import Document
from libs.store.outbox import Pending
from libs.store.private import PrivateWrite
from libs.store.reading_work import R, ReadingWork

if TYPE_CHECKING:
    from libs.store.store import Store


class UnitOfWork(ReadingWork):
    """What a command works with: reads now, writes at the commit that the edge does.

    `attempt` counts from 1: a command is run again when another writer was quicker. `contested` is what others want
    too, and is written first. Events wait in the outbox until `held_until`, where that is set.
    """

    def __init__(
        self,
        store: "Store",
        context: Context,
        *,
        attempt: int = 1,
        if_match: int | None = None,
        rehearsing: bool = False,
    ) -> None:
        super().__init__(store, context, if_match=if_match, rehearsing=rehearsing)
        self.attempt = attempt
        self.held_until: datetime | None = None
        self.remembered: Document | None = None
        self.remembered_in: str | None = None
        self.contested: dict[tuple[str, str], PrivateWrite] = {}
        self._ids: Iterator[str] | None = None

    def new_id(self) -> str:
        return new_id() if self._ids is None else next(self._ids)

    def draw_ids(self, ids: Iterator[str]) -> None:
        """Takes new ids from here, so that a command that is run again makes the same records."""
        self._ids = ids

    def add(self, record: R, *happenings: Happening) -> R:
        """A new record; announced as `created` unless other events are given. Returns it as it will be stored."""
        actor = self.context.actor_id
        update = {
            "version": 1,
            "owner_id": record.owner_id or actor,
            "created_at": record.created_at or self.now,
            "created_by": record.created_by or actor,
            "modified_at": self.now,
            "modified_by": actor,
        }
        stamped = figured(self.store, record.model_copy(update=update))
        change = Change(type(record), before=None, after=to_document(stamped))
        self._note(change, happenings, "created")
        return stamped

    def save(self, record: R, *happenings: Happening) -> R:
        """A loaded record's next state; announced as `updated` unless other events are given."""
        return self._next(record, happenings, "updated")

    def remove(self, record: R, *happenings: Happening) -> R:
        """Hides the record; it can be restored until it is purged. Announced as `deleted`."""
        return self._next(record, happenings, "deleted", removed=True)

    def merge_away(self, record: R) -> R:
        """Hides a record whose id leads to another from now on; it is never purged. Announced as `deleted`."""
        return self._next(record, (), "deleted", removed=True, merged=True)

    def note_moved(self, record: Record, moved: Sequence[Document]) -> None:
        """What fields of a record that was just saved or restored pointed to before merges (libs/store/moving.py)."""
        change = self.changes[record.collection, record.id]
        change.after = {name: value for name, value in change.after.items() if name != "_moved"}
        if moved:
            change.after["_moved"] = list(moved)

    def restore(self, record: R, *happenings: Happening) -> R:
        """A removed record, visible again. Announced as `restored`."""
        return self._next(record, happenings, "restored")

    def erase(self, record: R, *happenings: Happening, removed: bool = False) -> R:
        """A record without the person that it told of. Announced as `erased`, without what there was before."""
        stamped = self._next(record, happenings, "erased", removed=removed)
        self.changes[record.collection, record.id].erases = True
        return stamped

    def _next(
        self, record: R, happenings: Sequence[Happening], verb: str, *, removed: bool = False, merged: bool = False
    ) -> R:
        key = record.collection, record.id
        change = self.changes.get(key)
        if change is None:
            before = self._loaded[key]
            change = Change(type(record), before=before, after=before)
        version = 1 if change.before is None else change.before["version"] + 1
        update = {"version": version, "modified_at": self.now, "modified_by": self.context.actor_id}
        stamped = figured(self.store, record.model_copy(update=update))
        after = to_document(stamped)
        former = undeclared(type(record), change.after) | still_moved(change.after, after)
        merged = merged or (removed and "_merged" in (change.before or {}))
        change.becomes({**former, **after}, removed=removed, merged=merged)
        self._note(change, happenings, verb)
        return stamped

    def _note(self, change: Change, happenings: Sequence[Happening], verb: str) -> None:
        aggregate = change.record_type.aggregate
        change.happenings += happenings or (Announcement(f"{aggregate}.{verb}"),)
        self.changes[change.collection, change.record_id] = change

    def discard(self) -> None:
        """Forgets every write."""
        self.changes.clear()
        self.private.clear()
        self.contested.clear()

    @property
    def writes(self) -> int:
        return len(self.changes) + len(self.private) + len(self.contested)

    def remember(self, answer: Document, within: str | None = None) -> None:
        """The answer to a request with an Idempotency-Key, stored with the effect (libs/store/requests.py).

        `within` names the collection whose new record is to keep it, if that is all that the command writes.
        """
        self.remembered, self.remembered_in = answer, within

    # Announcements

    def public_json(self, record: Record) -> bytes:
        """The record as whoever asks will see it once the commit is done."""
        change = self.changes.get((record.collection, record.id))
        if change is not None and not hidden_fields(self.context.grants, record.collection):
            return change.json()
        view = public(type(record), change.after if change else to_document(record))
        return to_json(trimmed(view, self.context.grants, record.collection))

    def events(self, change: Change) -> list[Pending]:
        """The events of one change, as they will be published."""
        data: dict[str, Any] = {
            "record": Fragment(change.json()),
            "access": change.access(),
        }
        if change.before is not None and not change.erases and (changed := differences(change.before, change.after)):
            data["changed"] = changed
        return [self._event(change, happening, data) for happening in change.happenings]

    def _event(self, change: Change, happening: Happening, data: Mapping[str, Any]) -> Pending:
        context = self.context
        envelope = Envelope(
            id=new_id(),
            source=f"/crm/{self.store.service}",
            type=happening.type,
            subject=f"{change.collection}/{change.record_id}",
            time=self.now,
            epoch=self.store.epoch,
            sequence=change.after["version"],
            correlationid=context.correlation_id,
            causationid=context.causation_id,
            actorid=context.actor_id,
            via=context.via,
            traceparent=context.traceparent,
            data={**data, **happening.payload()},
        )
        body = to_json(envelope.attributes())
        return Pending(change.collection, change.record_id, envelope.id, envelope.type, body)
