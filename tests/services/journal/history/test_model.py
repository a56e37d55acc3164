"""What is told of an event, and what may be asked for."""

from datetime import UTC, datetime

import pytest

from libs.domain.grants import EVERYTHING, Grants, Permissions
from libs.domain.refusals import InvalidFields
from services.journal.history.model import Place, Told, moment_in, view_of
from tests.support.events import envelope

CHANGED = {"topic": {"before": "Loan", "after": "Card"}, "phone": {"before": None, "after": "+49 30 1"}}


def test_an_entry_tells_who_did_what_and_by_which_way() -> None:
    event = envelope("sales.lead.updated", "leads", {"topic": "Card"}, sequence=3, changed=CHANGED)

    assert view_of(Told(17, event), {"user-1": "Ada"}, EVERYTHING) == {
        "id": event.id,
        "position": 17,
        "version": 3,
        "time": event.time,
        "type": "sales.lead.updated",
        "actor": {"id": "user-1", "name": "Ada"},
        "via": "ui",
        "changed": CHANGED,
        "correlationid": event.correlationid,
        "causationid": None,
        "duplicates": None,
    }


def test_of_somebody_unknown_the_name_is_null_and_what_has_not_changed_too() -> None:
    event = envelope("sales.lead.created", "leads", {"topic": "Card"})

    view = view_of(Told(1, event), {}, EVERYTHING)

    assert (view["actor"], view["changed"]) == ({"id": "user-1", "name": None}, None)


def test_hidden_fields_are_left_out_of_what_has_changed() -> None:
    event = envelope("sales.lead.updated", "leads", {"topic": "Card"}, changed=CHANGED)
    grants = Grants("user-2", collections={"leads": Permissions(hidden=frozenset({"phone"}))})

    assert view_of(Told(1, event), {}, grants)["changed"].keys() == {"topic"}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T08:30:00Z", datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
        ("2026-03-01t08:30:00.125z", datetime(2026, 3, 1, 8, 30, 0, 125000, tzinfo=UTC)),
        ("2026-03-01T08:30:00+02:00", datetime(2026, 3, 1, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_as_rfc_3339_writes_it(text: str, moment: datetime) -> None:
    assert moment_in(text, "as_of") == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-03-01",
        "2026-03-01T08:30:00",
        "2026-02-30T00:00:00Z",
        "2026-03-01T25:00:00Z",
        "2026-03-01 08:30:00Z",
        "20260301T083000Z",
        "1772353800",
        "0001-01-01T00:00:00+14:00",
        "2026-03-01T08:30:00Z\n",
    ],
)
def test_anything_else_is_no_moment(text: str) -> None:
    with pytest.raises(InvalidFields) as refusal:
        moment_in(text, "as_of")

    assert refusal.value.errors[0].pointer == "as_of"


def test_a_place_is_read_as_it_was_written() -> None:
    place = Place(1 << 40 | 12, 345)

    assert Place.parse(str(place)) == place


@pytest.mark.parametrize("text", ["", "1", "1-", "-1-2", "1-x", "9" * 19 + "-1"])
def test_no_other_text_is_a_place(text: str) -> None:
    with pytest.raises(InvalidFields):
        Place.parse(text)
