"""What an event says of the access to its record."""

from typing import Annotated

import pytest

from libs.contracts.values import Reference
from libs.domain.fields import Lookup
from libs.domain.record import Record
from libs.store.changes import Change
from libs.store.documents import to_document


class Visit(Record, collection="visits", aggregate="sales.visit"):
    parent = "host"

    host: Reference | None = None


class Room(Record, collection="rooms", aggregate="sales.room"):
    parent = "house_id"

    house_id: Annotated[str | None, Lookup.to("houses")] = None


class House(Record, collection="houses", aggregate="sales.house"): ...


@pytest.mark.parametrize(
    ("record", "parent"),
    [
        (
            Visit(id="1", host=Reference(collection="contacts", id="7", name="Ada")),
            {"collection": "contacts", "id": "7"},
        ),
        (Visit(id="1"), None),
        (Room(id="1", house_id="7"), {"collection": "houses", "id": "7"}),
        (Room(id="1"), None),
        (House(id="1"), None),
    ],
)
def test_the_access_names_the_record_that_this_one_hangs_on(record: Record, parent: dict[str, str] | None) -> None:
    change = Change(type(record), before=None, after=to_document(record))

    assert change.access() == {"owner": None, "teams": [], "shares": [], "parent": parent}
