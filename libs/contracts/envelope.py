"""The envelope of every event: CloudEvents 1.0, structured JSON mode."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json, to_json

RESTATED: Final = "restated"
"""The verb of an event that tells a record once more as it is, for those who do not have it. Nothing has happened."""

BACKUP_RESTORED: Final = "backup.restored"
"""What a service announces after it was set back to a backup: `sales.backup.restored`."""

ERASED: Final = "erased"
"""The verb of an event that tells a record without the person that it was about, and not what there was before."""

CONTENT_TYPE: Final = "application/cloudevents+json"
SCHEMA_VERSION: Final = "v1"
_SCHEMA_PREFIX: Final = "urn:tandem:event:"


class MalformedEvent(ValueError):
    """A message that is no CloudEvent of ours; trying it again cannot help."""


class UnknownVersion(MalformedEvent):
    """An event of a major version that this consumer was not written for."""


def schema_of(type_: str) -> str:
    """The `dataschema` of an event type; its last part is the major version."""
    return f"{_SCHEMA_PREFIX}{type_}:{SCHEMA_VERSION}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One event as it travels.

    `sequence` is the version of the record that `subject` names and `epoch` rises by a restore from backup: of two
    events about one record the newer has the greater `(epoch, sequence)`, whatever order they arrive in.
    `data` holds `record` (public state after), `changed` (field → before and after), `access`, and the event's own
    fields.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    epoch: int
    sequence: int
    correlationid: str
    causationid: str | None
    actorid: str | None
    via: str
    traceparent: str | None
    data: Mapping[str, Any]

    @property
    def collection(self) -> str:
        return self.subject.partition("/")[0]

    @property
    def record_id(self) -> str:
        return self.subject.partition("/")[2]

    @property
    def record(self) -> Mapping[str, Any]:
        record: Mapping[str, Any] = self.data["record"]
        return record

    @property
    def newness(self) -> tuple[int, int]:
        """What a projection compares to keep the newest state."""
        return self.epoch, self.sequence

    @property
    def removes(self) -> bool:
        """Whether the record is gone after this event, or was gone when it was told once more."""
        return self.type.endswith(".deleted") or (self.restates and self.data.get("removed") is True)

    @property
    def restates(self) -> bool:
        """Whether nothing has happened to the record: it is told once more, for rows that lack it."""
        return self.type.endswith(f".{RESTATED}")

    @property
    def recovers(self) -> bool:
        """Whether it is told once more because of a restore from backup, so that it may be other than it was told."""
        return self.restates and self.data.get("recovered") is True

    @property
    def restores(self) -> bool:
        """Whether a whole service was set back: of its records only those told since are there."""
        return self.type.endswith(f".{BACKUP_RESTORED}")

    @classmethod
    def from_json(cls, body: bytes) -> "Envelope":
        """Read a message body; raises `MalformedEvent` where it is not one of our events."""
        try:
            event = from_json(body)
        except ValueError as error:
            raise MalformedEvent(f"not JSON: {error}") from error
        if not isinstance(event, dict):
            raise MalformedEvent("not a JSON object")
        return cls.from_attributes(event)

    @classmethod
    def from_attributes(cls, event: Mapping[str, Any]) -> "Envelope":
        try:
            if event["specversion"] != "1.0":
                raise MalformedEvent(f"specversion {event['specversion']!r} is not 1.0")
            if not event["dataschema"].endswith(f":{SCHEMA_VERSION}"):
                raise UnknownVersion(f"dataschema {event['dataschema']!r} is not {SCHEMA_VERSION}")
            data = event["data"]
            if not isinstance(data, dict) or not isinstance(data.get("record"), dict):
                raise MalformedEvent("data has no record")
            return cls(
                id=event["id"],
                source=event["source"],
                type=event["type"],
                subject=event["subject"],
                time=datetime.fromisoformat(event["time"]),
                epoch=int(event["epoch"]),
                sequence=int(event["sequence"]),
                correlationid=event["correlationid"],
                causationid=event.get("causationid"),
                actorid=event.get("actorid"),
                via=event["via"],
                traceparent=event.get("traceparent"),
                data=data,
            )
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            if isinstance(error, MalformedEvent):
                raise
            raise MalformedEvent(f"missing or wrong attribute: {error!r}") from error

    def attributes(self) -> dict[str, Any]:
        """The JSON members; absent optional attributes are left out, as CloudEvents wants."""
        event = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time,
            "datacontenttype": "application/json",
            "dataschema": schema_of(self.type),
            "epoch": self.epoch,
            "sequence": self.sequence,
            "correlationid": self.correlationid,
            "via": self.via,
            "data": self.data,
        }
        for name in ("causationid", "actorid", "traceparent"):
            if (value := getattr(self, name)) is not None:
                event[name] = value
        return event

    def to_json(self) -> bytes:
        return to_json(self.attributes())
