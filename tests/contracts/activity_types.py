"""A type of activity that an administrator has defined, and what an activity of it has of its own."""

from collections.abc import Mapping
from typing import Any, Final

from libs.domain.record import Record
from services.activity.activity_types.model import ActivityType
from tests.contracts.parts import id_of

VISIT: Final = {"id": id_of(251), "activity_type": "site_visit", "fields": {"visitors": 3}}

TYPES: Final[Mapping[type[Record], Mapping[str, Any]]] = {
    ActivityType: {
        "id": id_of(252),
        "name": "site_visit",
        "label": "Site visit",
        "description": "Somebody has looked at the place.",
        "fields_schema": {"type": "object", "properties": {"visitors": {"type": "integer"}}},
        "used": True,
    },
}
