"""Rows that are like records which are there, or like rows before them."""

from typing import Any

from libs.contracts.duplicate_rules import DuplicateCondition, Likeness, Reaction
from libs.domain.directory import DuplicateRuleEntry
from libs.web.requests import DIRECTORY
from tests.libs.web.imports.hotel import Hotel, counted, csv_file

PEOPLE = csv_file(
    ["Last name", "Email"],
    ["Costa", "ana@example.org"],
    ["Pinto", "rui@example.org"],
    ["Pinto Brito", "RUI@example.org"],
)


async def same_email(hotel: Hotel, on_create: Reaction) -> None:
    condition = DuplicateCondition(fields=("email",), match=Likeness.EMAIL)
    hotel.service.identities.people.duplicate_rules = [
        DuplicateRuleEntry(
            id="email",
            version=1,
            of="guests",
            name="Same e-mail",
            conditions=(condition.model_dump(),),
            on_create=on_create,
            on_update=Reaction.WARN,
        )
    ]
    await hotel.service.app[DIRECTORY].reload()


async def told(hotel: Hotel, import_id: str) -> dict[int, list[str]]:
    """The ids of the records that rows are like, by row."""
    _, page = await hotel.service.get(f"/api/v1/imports/{import_id}/duplicates")
    return {each["row"]: each["duplicates"][0]["ids"] for each in page["value"]}


async def known(hotel: Hotel) -> dict[str, Any]:
    _, guest = await hotel.service.post("/api/v1/guests", {"last_name": "Costa", "email": "ana@example.org"})
    return dict(guest)


async def test_rows_that_double_others_are_told_by_a_check_and_by_a_run(hotel: Hotel) -> None:
    await same_email(hotel, Reaction.WARN)
    guest = await known(hotel)
    import_id = await hotel.given(PEOPLE)

    checked = await hotel.do(import_id, "check")
    first = await told(hotel, import_id)
    run = await hotel.do(import_id, "run")

    assert (checked["duplicates"], run["duplicates"], counted(run)) == (2, 2, {"created": 3})
    assert first == await told(hotel, import_id)
    assert (first[2], sorted(first)) == ([guest["id"]], [2, 4])


async def test_rows_that_a_rule_refuses_fail_unless_there_may_be_two(hotel: Hotel) -> None:
    await same_email(hotel, Reaction.REFUSE)
    await known(hotel)
    import_id = await hotel.given(PEOPLE)

    refused = await hotel.do(import_id, "run")
    errors = await hotel.errors(import_id)
    allowed = await hotel.imported(PEOPLE, allow_duplicates="true")

    assert counted(refused) == {"created": 1, "failed": 2}
    assert [(each["row"], each["errors"][0]["code"]) for each in errors] == [(2, "duplicate"), (4, "duplicate")]
    assert (counted(allowed), allowed["duplicates"]) == ({"created": 3}, 3)
