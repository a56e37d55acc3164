"""What callers see and change of other people's records, over HTTP."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest

from libs.domain.fields import INDEXED, LISTED, SEARCHED, Line, Lookup
from libs.domain.grants import Operation, row_filter
from libs.domain.record import Record
from libs.store.reach import query_of
from libs.web.executing import STORE
from libs.web.requests import DIRECTORY
from libs.web.resource import Resource
from libs.web.service import Service
from tests.support.services import Running, running

PATH = "/api/v1/parcels"


class Parcel(Record, collection="parcels", aggregate="post.parcel"):
    name: Annotated[Line, INDEXED, SEARCHED]
    price: Annotated[int | None, LISTED] = None
    code: Annotated[str | None, LISTED, SEARCHED] = None
    inside_id: Annotated[str | None, LISTED, Lookup.to("parcels")] = None


POST = Service("post", resources=(Resource(Parcel),))

DAILY = {"create": "all", "read": "own", "write": "own", "delete": "own"}
ROLES: list[dict[str, Any]] = [
    {"id": "clerk", "permissions": {"parcels": DAILY}},
    {"id": "lead", "permissions": {"parcels": {**DAILY, "read": "team", "assign": "team"}}},
    {"id": "auditor", "permissions": {"parcels": {"read": "all"}}},
    {"id": "assessor", "permissions": {"parcels": {**DAILY, "read": "all", "write": "all"}},
     "fields": {"parcels": {"price": "read_only", "code": "hidden"}}},
    {"id": "visitor", "permissions": {}},
]  # fmt: skip
PEOPLE = {"ana": "clerk", "rui": "lead", "zoe": "auditor", "ivo": "assessor", "eva": "clerk", "max": "visitor"}
NORTH = {"id": "north", "member_ids": ["ana", "rui"]}


@pytest.fixture(scope="module")
async def started(mongo_url: str, amqp_url: str, shared_database: str) -> AsyncIterator[Running]:
    async with running(POST, mongo_url=mongo_url, amqp_url=amqp_url, database=shared_database) as service:
        yield service


@pytest.fixture
async def post(started: Running) -> Running:
    await started.reset()
    await started.know("roles", *ROLES)
    await started.know("users", *({"id": user, "roles": [role_id]} for user, role_id in PEOPLE.items()))
    await started.know("teams", NORTH)
    return started


async def ask(post: Running, user: str, method: str, path: str = "", body: Any = None) -> tuple[int, Any]:
    token = post.identities.token(user_id=user)
    return await post.request(method, f"{PATH}{path}", body, headers={"Authorization": f"Bearer {token}"})


async def given(post: Running, owner: str = "eva", **fields: Any) -> str:
    """A parcel of this owner; its path."""
    _, parcel = await post.post(PATH, {"name": f"Parcel of {owner}", **fields})
    status, answer = await post.post(f"{PATH}/{parcel['id']}/assign", {"owner_id": owner})
    assert status == 200, answer
    return f"/{parcel['id']}"


async def listed(post: Running, user: str, options: str = "") -> set[str]:
    status, page = await ask(post, user, "GET", f"?{options}")
    assert status == 200, page
    return {f"/{parcel['id']}" for parcel in page["value"]}


async def test_lists_counts_and_searches_hold_what_the_caller_may_see(post: Running) -> None:
    anas, ruis, evas, norths = [await given(post, owner) for owner in ("ana", "rui", "eva", "north")]

    assert await listed(post, "ana") == {anas, norths}
    assert await listed(post, "rui") == {anas, ruis, norths}
    assert await listed(post, "zoe") == {anas, ruis, evas, norths}
    assert await listed(post, "ana", "$search=parcel") == {anas, norths}
    assert await listed(post, "ana", f"$filter=id eq '{evas[1:]}' or id eq '{anas[1:]}'") == {anas}
    assert (await ask(post, "ana", "GET", "?$count=true&$top=0"))[1]["@odata.count"] == 2
    assert (await ask(post, "ana", "GET", "/$count"))[1] == 2
    assert (await ask(post, "max", "GET"))[0] == 403


async def test_what_is_not_to_be_seen_is_missing_and_what_is_not_to_be_changed_forbidden(post: Running) -> None:
    evas, ruis, anas = await given(post, "eva"), await given(post, "rui"), await given(post, "ana")
    writes: list[tuple[str, str, Any]] = [
        ("PATCH", "", {"name": "Mine"}),
        ("POST", "/deactivate", None),
        ("POST", "/share", {"user_id": "ana"}),
        ("DELETE", "", None),
    ]

    for method, action, body in writes:
        assert (await ask(post, "ana", method, f"{evas}{action}", body))[0] == 404
        assert (await ask(post, "rui", method, f"{anas}{action}", body))[0] == 403
        assert (await ask(post, "rui", method, f"{ruis}{action}", body))[0] in {200, 204}
    assert (await ask(post, "ana", "GET", evas))[0] == 404
    assert (await ask(post, "ana", "GET", "/missing"))[0] == 404
    assert (await ask(post, "ana", "POST", f"{anas}/assign", {"owner_id": "eva"}))[0] == 403
    assert (await ask(post, "rui", "POST", f"{anas}/assign", {"owner_id": "eva"}))[0] == 200
    assert (await ask(post, "rui", "POST", f"{evas}/assign", {"owner_id": "rui"}))[0] == 404


async def test_the_recycle_bin_shows_and_gives_back_ones_own(post: Running) -> None:
    anas, evas = await given(post, "ana"), await given(post, "eva")
    await ask(post, "ana", "DELETE", anas)
    await ask(post, "eva", "DELETE", evas)

    status, page = await ask(post, "ana", "GET", "/deleted")

    assert (status, [f"/{parcel['id']}" for parcel in page["value"]]) == (200, [anas])
    assert (await ask(post, "ana", "POST", f"{evas}/restore"))[0] == 404
    assert (await ask(post, "ana", "POST", f"{anas}/restore"))[0] == 200


async def test_a_share_to_read_shows_and_one_to_write_lets_change(post: Running) -> None:
    path = await given(post, "eva")
    assert (await ask(post, "ana", "GET", path))[0] == 404

    status, shared = await ask(post, "eva", "POST", f"{path}/share", {"team_id": "north"})

    assert (status, shared["shares"]) == (200, [{"principal_id": "north", "kind": "team", "access": "read"}])
    assert await listed(post, "ana") == {path}
    assert (await ask(post, "ana", "GET", path))[0] == 200
    assert (await ask(post, "ana", "PATCH", path, {"name": "Mine"}))[0] == 403
    assert (await ask(post, "ana", "POST", f"{path}/share", {"user_id": "ana", "access": "write"}))[0] == 403

    await ask(post, "eva", "POST", f"{path}/share", {"user_id": "ana", "access": "write"})

    assert (await ask(post, "ana", "PATCH", path, {"name": "Ours"}))[0] == 200
    assert (await ask(post, "ana", "DELETE", path))[0] == 403
    assert (await ask(post, "rui", "PATCH", path, {"name": "Ours"}))[0] == 403

    await ask(post, "eva", "POST", f"{path}/unshare", {"user_id": "ana"})
    await ask(post, "eva", "POST", f"{path}/unshare", {"team_id": "north"})

    assert await listed(post, "ana") == set()


async def test_who_has_no_role_for_it_sees_nothing_by_a_share(post: Running) -> None:
    path = await given(post, "eva")
    await ask(post, "eva", "POST", f"{path}/share", {"user_id": "max", "access": "write"})

    assert (await ask(post, "max", "GET", path))[0] == 403


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [
        ("assign", {"owner_id": "nobody"}, "/owner_id"),
        ("share", {"user_id": "nobody"}, "/user_id"),
        ("share", {"user_id": "north"}, "/user_id"),
        ("share", {"team_id": "ana"}, "/team_id"),
        ("share", {}, "/user_id"),
        ("share", {"user_id": "ana", "team_id": "north"}, "/user_id"),
        ("share", {"user_id": "ana", "access": "own"}, "/access"),
    ],
)
async def test_nobody_gets_a_record_who_is_not_there(post: Running, action: str, body: Any, pointer: str) -> None:
    path = await given(post, "eva")

    status, problem = await post.post(f"{PATH}{path}/{action}", body)

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


async def test_to_share_again_changes_nothing(post: Running) -> None:
    path = await given(post, "eva")

    versions = [(await ask(post, "eva", "POST", f"{path}/share", {"user_id": "ana"}))[1]["version"] for _ in range(2)]

    assert versions[0] == versions[1]


async def test_hidden_fields_are_nowhere(post: Running) -> None:
    path = await given(post, "eva", price=3, code="secret-9")

    _, seen = await ask(post, "ivo", "GET", path)
    _, page = await ask(post, "ivo", "GET")
    _, changed = await ask(post, "ivo", "PATCH", path, {"name": "Seen"})

    for view in (seen, page["value"][0], changed):
        assert view["price"] == 3
        assert "code" not in view
    for options in ("$filter=code eq 'secret-9'", "$orderby=code", "$select=code"):
        status, problem = await ask(post, "ivo", "GET", f"?{options}")
        assert (status, problem["errors"][0]["code"]) == (422, "unknown_field")
    assert await listed(post, "ivo", "$search=secret") == set()
    assert await listed(post, "ivo", "$search=seen") == {path}
    assert (await post.get(f"{PATH}{path}"))[1]["code"] == "secret-9"


@pytest.mark.parametrize(("field", "status"), [("code", 422), ("price", 403)])
async def test_closed_fields_are_refused_by_name(post: Running, field: str, status: int) -> None:
    path, body = await given(post, "ivo"), {"name": "Mine", field: None}

    for method, where in (("POST", ""), ("PATCH", path)):
        answer = await ask(post, "ivo", method, where, body)
        assert (answer[0], answer[1]["errors"][0]["pointer"]) == (status, f"/{field}")
    _, bulk = await ask(post, "ivo", "POST", "/bulk", {"records": [body, {"name": "Open"}]})
    assert [each["status"] for each in bulk["results"]] == [status, 201]
    assert bulk["results"][0]["problem"]["errors"][0]["pointer"] == f"/{field}"


async def test_a_reference_leads_only_to_what_the_caller_may_see(post: Running) -> None:
    evas, anas = await given(post, "eva"), await given(post, "ana")

    status, problem = await ask(post, "ana", "POST", "", {"name": "Small", "inside_id": evas[1:]})

    assert (status, problem["errors"][0]["pointer"]) == (422, "/inside_id")
    assert (await ask(post, "ana", "POST", "", {"name": "Small", "inside_id": anas[1:]}))[0] == 201


async def test_beside_a_record_stands_what_the_caller_may_see(post: Running) -> None:
    outer = await given(post, "eva", code="X1")
    for owner in ("ana", "ivo"):
        await given(post, owner, inside_id=outer[1:])

    (of_ana,) = (await ask(post, "ana", "GET", "?$expand=inside"))[1]["value"]
    _, page = await ask(post, "ivo", "GET", "?$expand=inside&$filter=owner_id eq 'ivo'")
    status, problem = await ask(post, "ivo", "GET", "?$expand=inside($select=code)")

    assert (of_ana["inside_id"], of_ana["inside"]) == (outer[1:], None)
    assert [(each["inside"]["id"], "code" in each["inside"]) for each in page["value"]] == [(outer[1:], False)]
    assert (status, problem["errors"][0]["pointer"]) == (422, "$expand")


async def test_a_list_of_few_among_many_reads_no_more_than_them(post: Running) -> None:
    store = post.app[STORE]
    rows = [{"_id": f"p-{number:05}", "version": 1, "name": "x", "owner_id": "eva"} for number in range(3000)]
    await store.collection("parcels").insert_many(rows)
    mine = await given(post, "ana")
    evas = await given(post, "eva")
    await ask(post, "eva", "POST", f"{evas}/share", {"user_id": "ana"})
    rows_of_ana = query_of(row_filter(post.app[DIRECTORY].grants_of_user("ana"), "parcels", Operation.READ))
    find = {"find": "parcels", "filter": {"$and": [rows_of_ana, {"_deleted": None}]}, "sort": {"_id": 1}, "limit": 51}

    plan = await store.database.command({"explain": find, "verbosity": "executionStats"})

    assert await listed(post, "ana") == {mine, evas}
    assert plan["executionStats"]["totalDocsExamined"] == 2
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
