"""What services answer to privacy requests."""

from libs.bus.definitions import consumer
from libs.contracts.envelope import Envelope
from libs.contracts.privacy import REPORTED, PrivacyTaskSnapshot
from libs.store.work import UnitOfWork
from services.journal.privacy_requests import commands


@consumer("privacy_answers", f"*.privacy_task.{REPORTED}", screened=False)
async def note_answer(work: UnitOfWork, event: Envelope) -> None:
    answer = PrivacyTaskSnapshot.model_validate(event.record)
    await commands.note_answer(work, event.type.partition(".")[0], answer)
