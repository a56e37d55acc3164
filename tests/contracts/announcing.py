"""Events as the unit of work announces them today, at a fixed moment and under fixed ids."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from libs.contracts.envelope import BACKUP_RESTORED, RESTATED
from libs.contracts.event import Event
from libs.contracts.privacy import REPORTED
from libs.contracts.publishers import BY_TYPE, MERGEABLE_AGGREGATES
from libs.domain.record import Record
from libs.store.changes import Change
from libs.store.context import Context
from libs.store.documents import to_document
from libs.store.mongo import connect
from libs.store.outbox import Pending
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.recovery import Recover, told_back
from tests.contracts.appointments import SERIES
from tests.contracts.offers import COMPETITOR, CREDIT_NOTE, ORDER, PAYMENT, REFUND, REVISION
from tests.contracts.parts import LATER, NOW, PROOF, id_of
from tests.contracts.records import CASE, CONTACT, OPPORTUNITY, RECORDS, RESPONSE, USER

EVENT: Final = id_of(101)
CONTEXT: Final = Context(
    actor_id=USER,
    via="ui",
    correlation_id=id_of(102),
    causation_id=id_of(103),
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)

OWN_FIELDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "identity.user.password_link_made": {"purpose": "invitation"},
    "sales.lead.qualified": {"opportunity_id": OPPORTUNITY},
    "sales.lead.disqualified": {"reason": "lost"},
    "sales.lead.response_joined": {"response_id": RESPONSE, "campaign_id": RECORDS["marketing.campaign"].id},
    "sales.lead.assigned": {"rule": "By country"},
    **{
        f"sales.{aggregate}.response_converted": {"response_id": RESPONSE}
        for aggregate in ("lead", "opportunity", "contact")
    },
    "activity.campaign_response.conversion_requested": {"to": "contact", "contact_id": CONTACT},
    "sales.lead.consent_changed": {"said": [PROOF]},
    "sales.contact.consent_changed": {"said": [PROOF]},
    "sales.opportunity.moved": {"left": "qualification", "entered": "proposal", "seconds": 959399},
    "sales.opportunity.lost": {"reason": "out_sold", "competitor": "Globex", "competitor_id": COMPETITOR},
    "marketing.marketing_list.members_added": {"member_ids": [CONTACT]},
    "marketing.marketing_list.members_removed": {"member_ids": [CONTACT]},
    **{
        f"activity.recurring_appointment.{verb}": {"day": "2026-03-09"}
        for verb in ("occurrence_changed", "occurrence_canceled", "occurrence_restored", "following_canceled")
    },
    "activity.recurring_appointment.following_changed": {"day": "2026-03-09", "following_id": SERIES},
    "service.case.child_added": {"child_case_id": CASE},
    "service.case.escalated": {"reason": "waits for a week"},
    "service.case.resolved": {
        "reason": "problem_solved",
        "resolution": "On the first of next month.",
        "time_spent_minutes": 15,
    },
    "sales.quote.accepted": {"order_id": ORDER},
    "sales.quote.declined": {"reason": "Too late."},
    "sales.quote.revised": {"revision_id": REVISION},
    "sales.invoice.payment_recorded": {"payment_id": PAYMENT},
    "sales.invoice.payment_reversed": {"payment_id": PAYMENT, "reason": "Called back by the bank."},
    "sales.invoice.refund_recorded": {"refund_id": REFUND},
    "sales.invoice.canceled": {"credit_note_id": CREDIT_NOTE, "reason": "Sent back."},
    **{
        type_: own
        for aggregate in MERGEABLE_AGGREGATES
        for type_, own in (
            (
                f"{aggregate}.merged",
                {"merged_ids": [id_of(105)], "aliases": [{"id": id_of(105), "to": id_of(106), "version": 1}]},
            ),
            (
                f"{aggregate}.unmerged",
                {"unmerged_id": id_of(105), "aliases": [{"id": id_of(105), "to": None, "version": 2}]},
            ),
        )
    },
    "journal.webhook.disabled": {"reason": "failing", "error": "no answer in time"},
}

LED_TO: Final[Mapping[str, Mapping[str, Any]]] = {
    "assigned": {"owner_id": id_of(104)},
    "qualified": {"state": "qualified"},
    "disqualified": {"state": "disqualified", "status_reason": "lost"},
    "won": {"state": "won"},
    "lost": {"state": "lost"},
    "moved": {"stage": "proposal"},
    "launched": {"state": "launched"},
    "retired": {"state": "retired"},
    "accepted": {"state": "won"},
    "declined": {"state": "closed", "status_reason": "declined"},
    "revised": {"state": "closed"},
    "submitted": {"state": "submitted"},
    "partially_fulfilled": {"status_reason": "partial"},
    "fulfilled": {"state": "fulfilled", "status_reason": "complete"},
    "issued": {"state": "issued"},
    "overdue": {"state": "overdue"},
    "paid": {"state": "paid"},
    "resolved": {"state": "resolved", "status_reason": "problem_solved"},
    "deactivated": {"state": "inactive"},
    "disabled": {"state": "inactive", "status_reason": "failing"},
    "revoked": {"state": "revoked"},
    "deleted": {},
    "restored": {},
}
"""What a few kinds of event change, by their verbs; any other changes the tags."""


def announced(event_type: type[Event[Any]]) -> dict[str, Any]:
    """The whole CloudEvent, as subscribers parse it."""
    pending = _set_back(event_type) if event_type.type.endswith(BACKUP_RESTORED) else _happened(event_type)
    event: dict[str, Any] = json.loads(pending.body)
    return {**event, "id": EVENT}


def _happened(event_type: type[Event[Any]]) -> Pending:
    aggregate, _, verb = event_type.type.rpartition(".")
    work = UnitOfWork(_unconnected(event_type.type.partition(".")[0]), CONTEXT)
    work.now = datetime.fromisoformat(NOW)
    happening = event_type.model_validate(OWN_FIELDS.get(event_type.type, {}), strict=False)
    (pending,) = work.events(_change(RECORDS[aggregate], verb, happening))
    return pending


def _set_back(event_type: type[Event[Any]]) -> Pending:
    service = event_type.type.partition(".")[0]
    records = [type(record) for aggregate, record in RECORDS.items() if aggregate.startswith(f"{service}.")]
    taken_at, restored_at = datetime.fromisoformat(NOW), datetime.fromisoformat(LATER)
    request = Recover(taken_at=taken_at, restored_at=restored_at)
    return told_back(_unconnected(service, records), CONTEXT, request, at=restored_at)


def all_announced() -> Iterable[tuple[str, dict[str, Any]]]:
    return ((type_, announced(event)) for type_, event in BY_TYPE.items())


def _change(record: Record, verb: str, happening: Event[Any]) -> Change:
    before = to_document(record)
    if verb == RESTATED:
        return Change(type(record), before=None, after=before, happenings=[happening])
    if verb in {"created", "started", REPORTED}:
        return Change(type(record), before=None, after={**before, "version": 1}, happenings=[happening])
    changes = LED_TO.get(verb, {"tags": ["spring", "vip"]})
    after = to_document(record.evolve(**changes, version=record.version + 1))
    return Change(type(record), before=before, after=after, happenings=[happening], removed=verb == "deleted")


def _unconnected(service: str, records: Sequence[type[Record]] = ()) -> Store:
    """A store knows whose events these are; its client connects when it is first used, which it never is."""
    return Store(connect("mongodb://127.0.0.1:9/", timeout_ms=1), "none", service=service, records=records, seconds=1)
