"""An event to try the bus with."""

from __future__ import annotations

from libs.bus.message import Message
from libs.contracts.envelope import Envelope
from libs.contracts.event import Event, Snapshot
from libs.store.ids import new_id
from tests.support.events import envelope


class Lead(Snapshot):
    topic: str


class LeadQualified(Event[Lead], type="sales.lead.qualified"):
    opportunity_id: str


def qualified(topic: str = "Solar roof", *, sequence: int = 2, record_id: str | None = None) -> Envelope:
    record = {"id": record_id or new_id(), "state": "qualified", "topic": topic}
    return envelope(LeadQualified.type, "leads", record, sequence=sequence, opportunity_id=new_id())


def message_of(event: Envelope) -> Message:
    return Message(event.id, event.type, event.to_json())
