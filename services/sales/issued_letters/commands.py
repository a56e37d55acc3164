"""Letters as they were issued: every word and figure, kept beside the record (docs/adr/0045)."""

from typing import Any, Final

import orjson

from libs.contracts.values import Language
from libs.domain.personal import RETAINED_UNTIL
from libs.domain.record import Record
from libs.store.errors import answering
from libs.store.work import UnitOfWork
from services.sales.company_profiles.model import CompanyProfile
from services.sales.company_profiles.store import profile_in_use
from services.sales.issued_letters.model import kept_until
from services.sales.printing.commands import as_sent
from services.sales.printing.layout import lay_out, letterhead
from services.sales.printing.model import NOBODY, Letter, SenderUnknown, Sheet

COLLECTION: Final = "issued_letters"


async def keep_letter(work: UnitOfWork, record: Record, letter: Letter, sender: CompanyProfile | None) -> None:
    """Keeps, in this commit, the letter as it would be read now.

    Where nobody has said yet who sends letters, all but the sender stands fast, and `unsigned` is the language in which
    they are to be named.
    """
    addressed = await as_sent(work, letter, sender or NOBODY)
    kept = {
        "_id": _subject(record),
        RETAINED_UNTIL: kept_until(work.now, sender).isoformat(),
        "file_name": letter.file_name,
        "body": orjson.dumps(lay_out(addressed)),
    }
    work.overwrite(COLLECTION, kept if sender else {**kept, "unsigned": addressed.recipient.language.value})


async def issued_letter(work: UnitOfWork, record: Record) -> Sheet | None:
    """None where none was kept: of a draft, or of what an earlier release has issued without a sender.

    Raises `SenderUnknown` as long as there is none.
    """
    async with answering():
        found = await work.store.collection(COLLECTION).find_one({"_id": _subject(record)})
    if found is None:
        return None
    body = await _signed(work, found) if "unsigned" in found else found["body"]
    return Sheet(found["file_name"], body)


async def _signed(work: UnitOfWork, kept: dict[str, Any]) -> bytes:
    """The letter with who sends it as it is first printed, which stands fast from then on."""
    sender = await profile_in_use(work)
    if sender is None:
        raise SenderUnknown
    head = letterhead(sender, Language(kept["unsigned"]))
    body = orjson.dumps({**orjson.loads(kept["body"]), "sender": head})
    unsigned = {"_id": kept["_id"], "unsigned": kept["unsigned"]}
    work.amend(COLLECTION, unsigned, {"$set": {"body": body}, "$unset": {"unsigned": ""}})
    return body


def _subject(record: Record) -> str:
    return f"{record.collection}/{record.id}"
