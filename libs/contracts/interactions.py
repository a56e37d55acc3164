"""Types of activity whose events say no more than their records: letters, faxes, work for campaigns and customers."""

from collections.abc import Mapping
from typing import Any, Final

from libs.contracts.activity import ActivitySnapshot, Direction
from libs.contracts.campaign_responses import Channel
from libs.contracts.event import Event, Snapshot, happened
from libs.contracts.values import Address


class LetterSnapshot(ActivitySnapshot):
    direction: Direction
    address: Address | None = None


class FaxSnapshot(ActivitySnapshot):
    direction: Direction
    fax_number: str | None = None


class CampaignActivitySnapshot(ActivitySnapshot):
    """What a campaign does by one of its channels."""

    campaign_id: str
    channel: Channel | None = None


class ServiceActivitySnapshot(ActivitySnapshot):
    """Work for a customer, at a place, by those who are its resources."""

    place: str | None = None


class CustomActivitySnapshot(ActivitySnapshot):
    """An activity of a type that an administrator has defined: `activity_type` is its name."""

    activity_type: str
    fields: dict[str, Any]


class ActivityTypeSnapshot(Snapshot):
    """`fields_schema` is a JSON Schema of the fields that activities of the type have."""

    name: str
    label: str
    description: str | None = None
    state: str
    fields_schema: dict[str, Any]
    used: bool = False


VERBS: Final = (
    "created",
    "updated",
    "scheduled",
    "completed",
    "canceled",
    "reopened",
    "assigned",
    "deleted",
    "restored",
)
"""What activities of every type undergo."""

_SNAPSHOTS: Final[Mapping[str, type[ActivitySnapshot]]] = {
    "activity.letter": LetterSnapshot,
    "activity.fax": FaxSnapshot,
    "activity.campaign_activity": CampaignActivitySnapshot,
    "activity.service_activity": ServiceActivitySnapshot,
    "activity.custom": CustomActivitySnapshot,
}
_OF_TYPES: Final = ("created", "updated", "activated", "deactivated", "assigned", "deleted", "restored")

EVENTS: tuple[type[Event[Any]], ...] = tuple(
    happened(aggregate, snapshot, verb) for aggregate, snapshot in _SNAPSHOTS.items() for verb in VERBS
) + tuple(happened("activity.activity_type", ActivityTypeSnapshot, verb) for verb in _OF_TYPES)
