"""Letters as they were issued: every word and figure, kept beside the record (docs/adr/0045)."""

from typing import Final

import orjson

from libs.domain.personal import RETAINED_UNTIL
from libs.domain.record import Record
from libs.store.errors import answering
from libs.store.work import UnitOfWork
from services.sales.issued_letters.model import BOOKS
from services.sales.printing.commands import as_sent
from services.sales.printing.layout import lay_out
from services.sales.printing.model import Letter, Sheet

COLLECTION: Final = "issued_letters"


async def keep_letter(work: UnitOfWork, record: Record, letter: Letter) -> None:
    """In this commit, as it would be read now; nothing where nobody has said yet who sends letters."""
    addressed = await as_sent(work, letter)
    if addressed is not None:
        sheet = {"file_name": letter.file_name, "body": orjson.dumps(lay_out(addressed))}
        until = BOOKS.until(work.now).isoformat()
        work.overwrite(COLLECTION, {"_id": _subject(record), RETAINED_UNTIL: until, **sheet})


async def issued_letter(work: UnitOfWork, record: Record) -> Sheet | None:
    """None where none was kept: of a draft, or of what was issued before there was a sender."""
    async with answering():
        found = await work.store.collection(COLLECTION).find_one({"_id": _subject(record)})
    return None if found is None else Sheet(found["file_name"], found["body"])


def _subject(record: Record) -> str:
    return f"{record.collection}/{record.id}"
