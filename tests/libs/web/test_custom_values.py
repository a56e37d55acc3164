"""Values of custom fields: checked, kept, asked about and described like those of fields in code."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

import pytest

from libs.domain.directory import CustomFieldEntry
from libs.domain.fields import LISTED, Line
from libs.domain.record import Record
from libs.store.copies import seed_copies
from libs.store.ids import new_id
from libs.store.naming import keep_names
from libs.web.executing import STORE
from libs.web.requests import DIRECTORY
from libs.web.resource import Resource
from libs.web.service import Service
from tests.support.merges import hear, merge_event
from tests.support.services import Running, running


class Boat(Record, collection="boats", aggregate="harbour.boat"):
    name: Annotated[Line, LISTED]


HARBOUR = Service("harbour", resources=(Resource(Boat),))


def entry(name: str, type_: str, **terms: Any) -> CustomFieldEntry:
    return CustomFieldEntry(id=name, version=1, of="boats", name=name, type=type_, label=name.title(), **terms)


FIELDS = [
    entry("berth", "integer", minimum=1, maximum=400),
    entry("deposit", "money"),
    entry("rig", "choice", choices=("sloop", "ketch")),
    entry("flags", "choices", choices=("red", "blue")),
    entry("surveyed_on", "date"),
    entry("left_at", "datetime"),
    entry("insured", "boolean"),
    entry("remarks", "long_text"),
    entry("sister", "reference", refers_to=("boats",)),
    entry("skipper", "reference", refers_to=("contacts",)),
    entry("asleep", "text", state="inactive"),
]


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(HARBOUR, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def harbour(started: Running) -> Running:
    await started.reset()
    await define(started, *FIELDS)
    return started


async def define(harbour: Running, *fields: CustomFieldEntry) -> None:
    harbour.identities.people.custom_fields = list(fields)
    await harbour.app[DIRECTORY].reload()


async def boat(harbour: Running, **custom: Any) -> dict[str, Any]:
    status, created = await harbour.post("/api/v1/boats", {"name": "Ada", "custom": custom})
    assert status == 201, created
    return dict(created)


async def names(harbour: Running, query: str) -> list[str]:
    status, body = await harbour.get(f"/api/v1/boats?{query}")
    assert status == 200, body
    return [each["name"] for each in body["value"]]


async def test_values_of_every_type_are_kept_and_read_back(harbour: Running) -> None:
    sister = await boat(harbour)
    custom = {
        "berth": 12,
        "deposit": 1250.5,
        "rig": "ketch",
        "flags": ["red", "blue"],
        "surveyed_on": "2026-03-01",
        "left_at": "2026-03-01T08:30:00Z",
        "insured": False,
        "remarks": "New sails.",
    }

    created = await boat(harbour, **custom, sister={"collection": "boats", "id": sister["id"]})

    named = {"collection": "boats", "id": sister["id"], "name": "Ada"}
    assert created["custom"] == {**custom, "sister": named}
    assert await harbour.get(f"/api/v1/boats/{created['id']}") == (200, created)


@pytest.mark.parametrize(
    ("custom", "pointer"),
    [
        ({"berth": "twelve"}, "/custom/berth"),
        ({"berth": 401}, "/custom/berth"),
        ({"rig": "cutter"}, "/custom/rig"),
        ({"flags": ["green"]}, "/custom/flags/0"),
        ({"surveyed_on": "2026-02-30"}, "/custom/surveyed_on"),
        ({"left_at": "2026-03-01T08:30:00"}, "/custom/left_at"),
        ({"deposit": 1234567890123456.5}, "/custom/deposit"),
        ({"insured": "no"}, "/custom/insured"),
        ({"colour": "red"}, "/custom/colour"),
        ({"asleep": "x"}, "/custom/asleep"),
        ({"sister": {"collection": "boats", "id": "nowhere"}}, "/custom/sister"),
        ({"sister": {"collection": "cars", "id": "nowhere"}}, "/custom/sister"),
    ],
)
async def test_a_wrong_value_is_named_and_nothing_is_written(
    harbour: Running, custom: dict[str, Any], pointer: str
) -> None:
    refused = [await harbour.post("/api/v1/boats", {"name": "Ada", "custom": custom})]
    kept = await boat(harbour)
    refused.append(await harbour.patch(f"/api/v1/boats/{kept['id']}", {"custom": custom}))
    _, bulk = await harbour.post("/api/v1/boats/bulk", {"records": [{"name": "Ada", "custom": custom}]})
    refused.append((bulk["results"][0]["status"], bulk["results"][0]["problem"]))

    assert [(status, problem["errors"][0]["pointer"]) for status, problem in refused] == [(422, pointer)] * 3
    assert (await harbour.get("/api/v1/boats/$count"))[1] == 1


async def test_a_merge_patch_changes_single_values(harbour: Running) -> None:
    created = await boat(harbour, berth=12, rig="ketch", deposit=0.1)

    _, patched = await harbour.patch(f"/api/v1/boats/{created['id']}", {"custom": {"berth": None, "rig": "sloop"}})

    assert patched["custom"] == {"rig": "sloop", "deposit": 0.1}


async def test_a_field_that_must_be_there_is_missed_at_creation_and_kept_from_removal(harbour: Running) -> None:
    old = await boat(harbour)
    await define(harbour, entry("berth", "integer", required=True))

    status, problem = await harbour.post("/api/v1/boats", {"name": "Ada"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/custom/berth")
    path = f"/api/v1/boats/{old['id']}"
    assert (await harbour.patch(path, {"name": "Bea"}))[0] == 200
    assert (await harbour.patch(path, {"custom": {"berth": 3}}))[0] == 200
    assert (await harbour.patch(path, {"custom": {"berth": None}}))[0] == 422


async def test_values_of_a_resting_field_are_kept(harbour: Running) -> None:
    created = await boat(harbour, berth=12, rig="ketch")
    await define(harbour, entry("rig", "choice", choices=("sloop",)))

    _, patched = await harbour.patch(f"/api/v1/boats/{created['id']}", {"name": "Bea"})

    assert patched["custom"] == {"berth": 12, "rig": "ketch"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("custom/berth gt 5", ["Bea", "Cid"]),
        ("custom/rig eq 'ketch' and custom/deposit lt 0.3", ["Bea"]),
        ("custom/flags/any(f: f eq 'red')", ["Cid"]),
        ("custom/surveyed_on ge 2026-01-01", ["Bea"]),
        ("custom/insured eq true", ["Cid"]),
        ("custom/berth eq null", ["Ada"]),
        ("custom/sister/name eq 'Ada'", ["Cid"]),
    ],
)
async def test_lists_filter_by_custom_fields(harbour: Running, query: str, expected: list[str]) -> None:
    await fleet(harbour)

    assert await names(harbour, f"$filter={quote(query)}&$orderby=name") == expected


async def fleet(harbour: Running) -> None:
    ada = await boat(harbour)
    sister = {"collection": "boats", "id": ada["id"]}
    for name, custom in {
        "Bea": {"berth": 6, "rig": "ketch", "deposit": 0.2, "surveyed_on": "2026-03-01"},
        "Cid": {"berth": 30, "rig": "ketch", "deposit": 0.3, "flags": ["red"], "insured": True, "sister": sister},
    }.items():
        assert (await harbour.post("/api/v1/boats", {"name": name, "custom": custom}))[0] == 201


async def test_lists_sort_group_and_select_by_custom_fields(harbour: Running) -> None:
    await fleet(harbour)

    assert await names(harbour, "$orderby=custom/berth desc") == ["Cid", "Bea", "Ada"]
    _, groups = await harbour.get(
        "/api/v1/boats?$apply=groupby((custom/rig),aggregate(custom/deposit with sum as deposits))&$orderby=deposits"
    )
    assert groups["value"] == [
        {"custom": {"rig": None}, "deposits": 0},
        {"custom": {"rig": "ketch"}, "deposits": 0.5},
    ]
    _, selected = await harbour.get("/api/v1/boats?$select=custom/berth&$filter=name eq 'Bea'")
    assert selected["value"][0]["custom"] == {"berth": 6}


@pytest.mark.parametrize("query", ["custom/remarks eq 'x'", "custom/rig eq 'cutter'", "custom/colour eq 'x'"])
async def test_what_does_not_filter_is_refused(harbour: Running, query: str) -> None:
    assert (await harbour.get(f"/api/v1/boats?$filter={quote(query)}"))[0] == 422


async def test_a_filter_by_a_custom_field_goes_by_an_index(harbour: Running) -> None:
    await fleet(harbour)
    boats = harbour.app[STORE].collection("boats")

    plan = await boats.find({"custom.berth": 6}).explain()

    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])


async def test_the_description_tells_of_the_fields_there_are(harbour: Running) -> None:
    schemas = (await harbour.get("/openapi.json"))[1]["components"]["schemas"]

    assert set(schemas["Custom_boats"]["properties"]) == {field.name for field in FIELDS if field.active}
    for name in ("Boat", "CreateBoat", "UpdateBoat"):
        assert schemas[name]["properties"]["custom"]["$ref"] == "#/components/schemas/Custom_boats"

    await define(harbour)
    schemas = (await harbour.get("/openapi.json"))[1]["components"]["schemas"]
    assert "Custom_boats" not in schemas


async def test_an_export_has_a_column_for_each_field(harbour: Running) -> None:
    await boat(harbour, berth=7)

    async with harbour.session.get(
        f"{harbour.url}/api/v1/boats/export?$select=name,custom/berth",
        headers={"Authorization": f"Bearer {harbour.identities.token('administrator')}"},
    ) as answer:
        head, row = (await answer.text()).lstrip("\ufeff").splitlines()

    assert head == "id,name,custom.berth"
    assert row.endswith(",Ada,7")


async def test_a_reference_follows_merges_and_names(harbour: Running) -> None:
    store, gone, kept = harbour.app[STORE], new_id(), new_id()
    people = [{"id": gone, "full_name": "Anne Lee"}, {"id": kept, "full_name": "Ann Lee"}]
    await seed_copies(store, "contacts", people)
    skipper = {"collection": "contacts", "id": gone, "name": "Anne Lee"}
    created = await boat(harbour, skipper=skipper, berth=7)

    async def skippers() -> list[Any]:
        path = f"/api/v1/boats?$filter=custom/skipper/id eq '{gone}'"
        return [each["custom"] for each in (await harbour.get(path))[1]["value"]]

    await hear(HARBOUR, store, merge_event(f"contacts/{kept}", {gone: kept}, name="Ann Lee"))
    survivor = {"collection": "contacts", "id": kept, "name": "Ann Lee"}
    assert await skippers() == [{"skipper": survivor, "berth": 7}]

    await harbour.patch(f"/api/v1/boats/{created['id']}", {"custom": {"berth": 8}})
    await keep_names(store, {f"contacts/{kept}": "Ann Leigh"})
    assert await skippers() == [{"skipper": {**survivor, "name": "Ann Leigh"}, "berth": 8}]

    await hear(HARBOUR, store, merge_event(f"contacts/{kept}", {gone: None}, version=2, verb="unmerged"))
    assert await skippers() == [{"skipper": skipper, "berth": 8}]
