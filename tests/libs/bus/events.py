"""An event to try the bus with."""

from __future__ import annotations

from datetime import UTC, datetime

from libs.bus.message import Message
from libs.contracts.envelope import Envelope
from libs.contracts.event import Event, Snapshot
from libs.store.ids import new_id


class Lead(Snapshot):
    topic: str


class LeadQualified(Event[Lead], type="sales.lead.qualified"):
    opportunity_id: str


def qualified(topic: str = "Solar roof", *, sequence: int = 2, record_id: str | None = None) -> Envelope:
    record = {"id": record_id or new_id(), "version": sequence, "topic": topic}
    return Envelope(
        id=new_id(),
        source="/crm/sales",
        type=LeadQualified.type,
        subject=f"leads/{record['id']}",
        time=datetime.now(UTC),
        epoch=1,
        sequence=sequence,
        correlationid=new_id(),
        causationid=None,
        actorid="user-1",
        via="ui",
        traceparent=None,
        data={"record": record, "opportunity_id": new_id()},
    )


def message_of(envelope: Envelope) -> Message:
    return Message(envelope.id, envelope.type, envelope.to_json())
