"""What a timeline tells: one entry for each event, on the timeline of every record that the event is about."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel

from libs.contracts.envelope import Envelope
from libs.contracts.values import Reference, title_of
from services.activity.activities.model.kinds import AnyActivity
from services.activity.notes.model import Note

ACTIVITIES: Final = "/crm/activity"

NOTE: Final = "note"
CREATION: Final = "creation"
STATE: Final = "state"
CHANGE: Final = "change"

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "activity": tuple(AnyActivity.kinds),
    **{name: (name,) for name in (*AnyActivity.kinds, NOTE, CREATION, STATE, CHANGE)},
}
"""What entries can be asked for by, and the kinds of entry that each stands for. An entry is of one kind."""

REFERENCE_FIELDS: Final[Mapping[str, str]] = {
    "account_id": "accounts",
    "activity_id": "activities",
    "campaign_id": "campaigns",
    "case_id": "cases",
    "competitor_id": "competitors",
    "contact_id": "contacts",
    "contract_id": "contracts",
    "following_id": "activities",
    "follows_id": "activities",
    "invoice_id": "invoices",
    "lead_id": "leads",
    "list_id": "marketing_lists",
    "opportunity_id": "opportunities",
    "order_id": "orders",
    "parent_account_id": "accounts",
    "parent_case_id": "cases",
    "pipeline_id": "pipelines",
    "primary_contact_id": "contacts",
    "product_id": "products",
    "quote_id": "quotes",
    "response_id": "activities",
    "source_campaign_id": "campaigns",
}
"""Fields that hold nothing but an id, and the collection of the record that it names."""

_SUMMARY: Final = (
    "type",
    "activity_type",
    "state",
    "status_reason",
    "priority",
    "due",
    "start",
    "end",
    "occurred_at",
    "duration_seconds",
    "direction",
    "outcome",
    "channel",
    "response",
    "text",
)
_STATES: Final = frozenset({"state", "status_reason", "stage"})
_LONGEST: Final = 1_000
"""Characters of the text of a note that its entries show."""
_NOT_OWN: Final = frozenset({"record", "changed", "access"})


class FieldChange(BaseModel):
    before: Any = None
    after: Any = None


class TimelineEntry(BaseModel):
    """One thing that happened. `subject` is the record that it happened to, as it was called then.

    `at` is when it took place: of activities that is when they were held, of anything else when it was done here.
    `kind` is the type of an activity, else `note`, `creation` of a record, `state` where its state or stage changed,
    and any other `change`. `activity` sums up an activity, or a note; null for everything else.
    """

    id: str
    at: AwareDatetime
    kind: str
    type: str
    title: str
    subject: Reference
    actor_id: str | None
    via: str
    changed: dict[str, FieldChange] | None
    activity: dict[str, Any] | None


def happened_at(event: Envelope) -> datetime:
    """When to show an event. People look for a call where it was held, not where it was typed in.

    Never later than it was announced, so that nothing that followed from it comes before it.
    """
    occurred_at = event.record.get("occurred_at") if _tells_when(event) else None
    return event.time if occurred_at is None else min(datetime.fromisoformat(occurred_at), event.time)


def _tells_when(event: Envelope) -> bool:
    return event.source == ACTIVITIES and event.type.endswith((".created", ".completed"))


def entry_of(event: Envelope) -> dict[str, Any]:
    """An event as it is kept for timelines."""
    record = event.record
    entry: dict[str, Any] = {
        "at": happened_at(event),
        "kind": kind_of(event.type, event.collection, event.data.get("changed", {})),
        "type": event.type,
        "subject": {"collection": event.collection, "id": event.record_id, "name": title_of(record)},
        "actor_id": event.actorid,
        "via": event.via,
        "changed": event.data.get("changed"),
    }
    if event.source == ACTIVITIES:
        told = {name: value for name in _SUMMARY if (value := record.get(name)) is not None}
        entry["activity"] = {name: value[:_LONGEST] if name == "text" else value for name, value in told.items()}
    return entry


def kind_of(type: str, collection: str, changed: Mapping[str, Any]) -> str:
    """The kind of entry that an event is: of an activity its type, whatever happened to it."""
    if collection == AnyActivity.collection:
        return type.split(".")[1]
    if collection == Note.collection:
        return NOTE
    if type.endswith(".created"):
        return CREATION
    return STATE if _STATES.intersection(changed) else CHANGE


def view_of(id: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as clients see it."""
    return {
        "id": id,
        "at": entry["at"],
        "kind": kind_of(entry["type"], entry["subject"]["collection"], entry["changed"] or {}),
        "type": entry["type"],
        "title": title_of_type(entry["type"]),
        "subject": entry["subject"],
        "actor_id": entry["actor_id"],
        "via": entry["via"],
        "changed": entry["changed"],
        "activity": entry.get("activity"),
    }


@lru_cache(maxsize=1024)
def title_of_type(type: str) -> str:
    """`activity.campaign_response.created` in words: Campaign response created."""
    return " ".join(type.split(".")[1:]).replace("_", " ").capitalize()


def about(event: Envelope) -> set[str]:
    """Every record that an event is about, as `<collection>/<id>`: its subject, and those that it points to.

    A reference that was taken away counts as well: whom it pointed to should see that.
    """
    before = before_of(event.data.get("changed", {}))
    own = {name: value for name, value in event.data.items() if name not in _NOT_OWN}
    return {event.subject, *pointed_to(event.record), *pointed_to(before), *pointed_to(own)}


def before_of(changed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: change.get("before") for name, change in changed.items()}


def pointed_to(values: Mapping[str, Any]) -> Iterator[str]:
    """The records that fields hold the ids of, as `<collection>/<id>`."""
    for name, value in values.items():
        match value:
            case {"collection": str(collection), "id": str(id_)}:
                yield f"{collection}/{id_}"
            case str() if name in REFERENCE_FIELDS:
                yield f"{REFERENCE_FIELDS[name]}/{value}"
            case [dict(), *_]:
                yield from pointed_to({str(number): each for number, each in enumerate(value)})
