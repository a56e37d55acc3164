"""What a record's history tells: one entry for each event, and the place in it where a page begins."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from pydantic import AwareDatetime, BaseModel

from libs.contracts.envelope import Envelope
from libs.domain.grants import Grants, trimmed
from libs.domain.refusals import InvalidFields

USERS: Final = "users"

_PLACE: Final = re.compile(r"([0-9]{1,18})-([0-9]{1,15})")
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)


class Actor(BaseModel):
    """Who did it. `name` is what they are called now, null where nobody has told."""

    id: str
    name: str | None


class FieldChange(BaseModel):
    before: Any = None
    after: Any = None


class HistoryEntry(BaseModel):
    """One event of the record. `version` is the record's after it, `position` its place in the journal.

    `actor` is null for what the suite did by itself, `changed` where nothing but the version changed. `duplicates` are
    the ids of the records that were merged into this one, or taken out of it again; null for anything else.
    """

    id: str
    position: int
    version: int
    time: AwareDatetime
    type: str
    actor: Actor | None
    via: str
    changed: dict[str, FieldChange] | None
    duplicates: list[str] | None
    correlationid: str
    causationid: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a history: behind the event with this newness and position."""

    newness: int
    position: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `InvalidFields` for anything but the text of a place."""
        match = _PLACE.fullmatch(text)
        if match is None:
            raise InvalidFields.at("after", "unknown_cursor", "must be taken from @odata.nextLink")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.newness}-{self.position}"


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a history, under its position."""

    position: int
    event: Envelope


def view_of(told: Told, names: Mapping[str, str], grants: Grants) -> dict[str, Any]:
    """The entry as the caller may see it. `names` are those of users, by their ids."""
    event = told.event
    changed = trimmed(event.data.get("changed", {}), grants, event.collection)
    return {
        "id": event.id,
        "position": told.position,
        "version": event.sequence,
        "time": event.time,
        "type": event.type,
        "actor": {"id": event.actorid, "name": names.get(event.actorid)} if event.actorid else None,
        "via": event.via,
        "changed": changed or None,
        "duplicates": _duplicates(event.data),
        "correlationid": event.correlationid,
        "causationid": event.causationid,
    }


def _duplicates(data: Mapping[str, Any]) -> list[str] | None:
    match data:
        case {"merged_ids": list(ids)}:
            return ids
        case {"unmerged_id": str(id_)}:
            return [id_]
    return None


def moment_in(text: str, pointer: str) -> datetime:
    """A point in time as RFC 3339 writes it; raises `InvalidFields`."""
    if _RFC_3339.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise InvalidFields.at(pointer, "malformed", "must be a point in time, such as 2026-03-01T08:30:00Z")
