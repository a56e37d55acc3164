"""What the activity service announces of notes."""

from datetime import datetime
from typing import Any, ClassVar, Final

from libs.contracts.attachments import AttachedFile
from libs.contracts.event import Event, Searchable, Snapshot
from libs.contracts.values import Reference


class NoteSnapshot(Snapshot):
    """`name` is its title, else how its text begins; `mentions` are the users whom it has told."""

    searchable: ClassVar = Searchable("notes", title=("name",), text=("text",))

    state: str
    name: str | None = None
    title: str | None = None
    text: str | None = None
    regarding: Reference
    mentions: tuple[str, ...] = ()
    attachments: tuple[AttachedFile, ...] = ()
    created_at: datetime


class NoteCreated(Event[NoteSnapshot], type="activity.note.created"):
    pass


class NoteUpdated(Event[NoteSnapshot], type="activity.note.updated"):
    pass


class NoteAssigned(Event[NoteSnapshot], type="activity.note.assigned"):
    pass


class NoteActivated(Event[NoteSnapshot], type="activity.note.activated"):
    pass


class NoteDeactivated(Event[NoteSnapshot], type="activity.note.deactivated"):
    pass


class NoteDeleted(Event[NoteSnapshot], type="activity.note.deleted"):
    pass


class NoteRestored(Event[NoteSnapshot], type="activity.note.restored"):
    pass


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    NoteCreated,
    NoteUpdated,
    NoteAssigned,
    NoteActivated,
    NoteDeactivated,
    NoteDeleted,
    NoteRestored,
)
