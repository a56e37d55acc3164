"""Writing notes: what they say, whom they mention, and their files."""

from collections.abc import Iterator

from libs.contracts.notifications import NotificationKind
from libs.domain.attachments import Attachment, Limits, without
from libs.domain.grants import Operation, hidden_fields, reaches
from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.activity.notes.model import Note, mentioned_in
from services.activity.notifications.commands import notify


async def create_note(work: UnitOfWork, draft: Draft) -> Note:
    note = Note.drafted(draft, id=work.new_id()).settled()
    added = work.add(note.telling(_mentioned(work, note)))
    _tell(work, added)
    return added


async def change_note(work: UnitOfWork, current: Note, wanted: Note) -> Note:
    """Whom the note mentioned before is not told again."""
    wanted = wanted.settled()
    if wanted.text != current.text:
        wanted = wanted.telling(_mentioned(work, wanted))
    saved = work.save(wanted)
    _tell(work, saved, before=current)
    return saved


async def attach_file(work: UnitOfWork, note_id: str, file: Attachment, limits: Limits) -> Note:
    note = await work.get_target(Note, note_id)
    return work.save(note.evolve(attachments=limits.joined(note.attachments, file)))


async def detach_file(work: UnitOfWork, note_id: str, file_id: str) -> Note:
    note = await work.get_target(Note, note_id)
    return work.save(note.evolve(attachments=without(note.attachments, file_id)))


def _mentioned(work: UnitOfWork, note: Note) -> Iterator[str]:
    """The users whom the text mentions and who may read it; whoever writes it knows it already."""
    writer, people = work.context.actor_id, work.store.people
    row = {"owner_id": note.owner_id or writer, "shares": [share.model_dump() for share in note.shares]}
    for names in mentioned_in(note.text or ""):
        user_id = next(filter(None, map(people.user_called, names)), None)
        if user_id is None or user_id == writer:
            continue
        grants = people.grants_of_user(user_id)
        shown = hidden_fields(grants, Note.collection).isdisjoint(("name", "text"))
        if shown and reaches(grants, Note.collection, Operation.READ, row):
            yield user_id


def _tell(work: UnitOfWork, note: Note, *, before: Note | None = None) -> None:
    """Notes that were imported tell nobody: they were written elsewhere, and long ago."""
    if work.context.via == "import":
        return
    known = before.mentions if before else ()
    for user_id in note.mentions:
        if user_id not in known:
            notify(work, NotificationKind.MENTION, user_id, note, title=note.name or note.id, happens_at=None)
