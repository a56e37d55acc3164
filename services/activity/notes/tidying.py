"""Files of notes go once no note names them: theirs is gone for good, or never took them."""

from libs.jobs.schedules import scheduled
from libs.store.attached import SETTLED, drop_unnamed
from libs.store.work import UnitOfWork
from services.activity.notes.store import FILES


@scheduled("tidy_notes", "50 3 * * *")
async def tidy(work: UnitOfWork) -> None:
    await drop_unnamed(work.store, FILES, before=work.now - SETTLED)
