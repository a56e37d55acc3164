"""Consent over HTTP: an action of whoever may be approached."""

from libs.store.work import UnitOfWork
from libs.web.action import Action
from services.sales.consents import commands
from services.sales.consents.model import Consenting, RecordConsent


def consent_action(record_type: type[Consenting]) -> Action:
    async def record(work: UnitOfWork, record_id: str, request: RecordConsent) -> Consenting:
        return await commands.record_consent(work, record_type, record_id, request)

    summary = "Record what somebody said about a channel: when, where, and to which wording"
    return Action("record_consent", record, summary, RecordConsent, record_type)
