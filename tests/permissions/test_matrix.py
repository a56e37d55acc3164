"""Every route of every service, by everybody: what permissions let through, and what they do not.

The rows come from the route tables, so a new route is in here by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from string import ascii_uppercase
from typing import Any, Final
from uuid import uuid4

import pytest
from aiohttp import web
from pymongo import MongoClient

from libs.domain.record import Record
from libs.store.clock import utc_now
from libs.store.documents import to_document
from libs.web.access import ADMINISTRATOR, ROLES
from libs.web.api import Anyone, Route, Rule
from libs.web.executing import STORE
from libs.web.mailing import Posting
from libs.web.requests import DIRECTORY
from libs.web.resource import Resource
from libs.web.service import Service
from services.activity.notes.store import FILES as NOTE_FILES
from services.identity.password_links.routes import POSTING, PUBLIC_URL
from services.identity.users.passwords import Passwords
from services.identity.users.routes import PASSWORDS
from services.journal.deliveries.store import LANES
from tests.contracts.records import RECORDS
from tests.permissions.bodies import smallest
from tests.permissions.conftest import Counted
from tests.permissions.people import (
    BLIND,
    DEPTHS,
    DONE,
    MISSING,
    READER,
    ROWS,
    directory_for,
    expected,
    hideable,
    seen,
)
from tests.support.services import Running, running
from tests.support.suite import SERVICES

pytestmark = pytest.mark.timeout(600)

AT_ONCE: Final = 16
NOBODYS_ID: Final = "0192f000-0000-7000-8000-000000000000"
FOR_ADMINISTRATORS: Final = frozenset({"roles", "custom_fields", "duplicate_rules"})
"""Collections that nobody else writes, whatever their roles say."""

BESIDE: Final = {
    "webhooks": (LANES, {"position": 0, "failures": 0, "secrets": [{"secret": "whsec_eA==", "until": None}]}),
    "notes": (f"{NOTE_FILES.bucket}.files", {"length": 0, "chunkSize": 1024, "uploadDate": utc_now()}),
}
"""What is found beside a record, under its id."""

CODES: Final = product(ascii_uppercase, repeat=3)
"""Codes of currencies, whether there are such or not."""

HOLDERS: Final = (*sorted(ROLES), ADMINISTRATOR, "nobody")


@pytest.fixture(scope="module", params=SERVICES, ids=lambda service: service.name)
def service(request: pytest.FixtureRequest) -> Service:
    service: Service = request.param
    return service


@pytest.fixture(scope="module")
async def started(
    service: Service, mongo_url: str, amqp_url: str, mongo_client: MongoClient[dict[str, Any]], worker: str
) -> AsyncIterator[Running]:
    database = f"test_{worker}_{uuid4().hex[:12]}"
    complete = replace(service, attachments=(*service.attachments, _identitys_own))
    async with running(complete, mongo_url=mongo_url, amqp_url=amqp_url, database=database) as up:
        up.identities.people = directory_for({route.guard.collection for route in ruled(service)})
        await up.app[DIRECTORY].reload()
        yield up
    mongo_client.drop_database(f"{database}_{service.name}")


async def _identitys_own(app: web.Application) -> AsyncIterator[None]:
    """What the app of identity has beside its service, so that its routes run as far as others do."""
    app[PASSWORDS], app[POSTING], app[PUBLIC_URL] = Passwords(), Posting(), "https://crm.example"
    yield
    app[PASSWORDS].close()


@dataclass(frozen=True)
class RuledRoute:
    route: Route
    guard: Rule


def ruled(service: Service) -> list[RuledRoute]:
    return [RuledRoute(route, route.guard) for route in service.all_routes() if isinstance(route.guard, Rule)]


def may(holder: str, rule: Rule) -> bool:
    return holder == ADMINISTRATOR or rule.operation in ROLES.get(holder, {}).get(rule.collection, ())


async def at_once(questions: Iterable[Any]) -> list[Any]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask(question: Any) -> Any:
        async with turns:
            return await question()

    return await asyncio.gather(*(ask(question) for question in questions))


def headers_of(started: Running, role: str | None) -> dict[str, str]:
    """What somebody of this role sends; None stands for nobody."""
    return {"Authorization": f"Bearer {started.identities.token(role, user_id=READER)}"} if role else {}


async def status_of(started: Running, route: Route, path: str, headers: dict[str, str], body: Any) -> int:
    async with started.session.request(route.method, started.url + path, json=body, headers=headers) as answer:
        await answer.read()
        return answer.status


async def test_every_route_asks_who_calls_and_what_their_roles_allow(
    service: Service, started: Running, counted_cells: Counted
) -> None:
    """A route without a rule is one for everybody who is signed in, or public: see test_openapi for which may be."""
    wrong: list[str] = []

    async def look(route: Route, holder: str | None) -> None:
        path = route.path.replace("{collection}", "leads").replace("{id}", NOBODYS_ID).replace("{file_id}", NOBODYS_ID)
        body: Any = {} if route.method in {"POST", "PATCH"} else None
        status = await status_of(started, route, path, headers_of(started, holder), body)
        if holder is None:
            right = status == 401
        elif isinstance(route.guard, Rule) and not may(holder, route.guard):
            right = status == 403
        else:
            right = status not in {401, 500} and (status != 403 or not isinstance(route.guard, Rule))
        if not right:
            wrong.append(f"{route.method} {route.path} by {holder}: {status}")

    looks = [
        partial(look, route, holder)
        for route in service.all_routes()
        if not isinstance(route.guard, Anyone)
        for holder in (None, *HOLDERS)
    ]
    await at_once(looks)

    counted_cells("route and role", len(looks))
    assert wrong == [], "\n".join(wrong)


def document_of(resource: Resource[Any], number: int, marker: str, row: dict[str, Any]) -> dict[str, Any]:
    """A record in which every field has a value; what must be unique is."""
    record_type: type[Record] = next(iter(resource.record.kinds.values()), resource.record)
    document = {**to_document(RECORDS[record_type.aggregate]), "_id": f"{marker}-{number}", "tags": [marker]}
    if files := document.get("attachments"):
        document["attachments"] = [{**file, "id": document["_id"], "size": 0} for file in files]
    for name in (index.fields[0] for index in resource.record.indexes if index.unique):
        if name in document:  # else it is one of another kind of these records
            document[name] = _unique(document[name], marker, number)
    return {name: value for name, value in {**document, "shares": [], **row}.items() if value is not None}


def _unique(value: Any, marker: str, number: int) -> Any:
    """Another value of the same form."""
    if isinstance(value, int):
        return value + number
    return "".join(next(CODES)) if len(value) == 3 else f"{value}_{marker}_{number}"


async def given(started: Running, resource: Resource[Any]) -> tuple[str, dict[str, str]]:
    """A record of each kind of ownership; their mark, and their ids."""
    marker = uuid4().hex[:12]
    documents = [document_of(resource, number, marker, row) for number, row in enumerate(ROWS.values())]
    await started.app[STORE].collection(resource.collection).insert_many(documents)
    if resource.collection in BESIDE:
        beside, fields = BESIDE[resource.collection]
        rows = [{"_id": document["_id"], **fields} for document in documents]
        await started.app[STORE].collection(beside).insert_many(rows)
    return marker, {name: document["_id"] for name, document in zip(ROWS, documents, strict=True)} | {
        MISSING: NOBODYS_ID
    }


def routes_about_one(service: Service, resource: Resource[Any]) -> list[RuledRoute]:
    base = f"/api/v1/{resource.collection}/{{id}}"
    return [each for each in ruled(service) if each.route.path.startswith(base)]


async def test_every_route_about_one_record_reaches_those_that_the_role_reaches(
    service: Service, started: Running, counted_cells: Counted
) -> None:
    wrong: list[str] = []
    cells = 0

    async def try_all(resource: Resource[Any], each: RuledRoute, role: str) -> None:
        nonlocal cells
        marker, ids = await given(started, resource)
        headers = headers_of(started, role)
        body = {} if each.route.method == "PATCH" else smallest(each.route.body)
        for row, id_ in ids.items():
            cells += 1
            path = each.route.path.replace("{id}", id_).replace("{file_id}", id_)
            status = await status_of(started, each.route, path, headers, body)
            wanted = expected(role, each.guard.operation, row)
            closed = resource.collection in FOR_ADMINISTRATORS and each.guard.operation != "read"
            passed = status not in {401, 403, 404, 500}
            if not (passed or closed if wanted == DONE else status == wanted or (closed and status == 403)):
                wrong.append(f"{each.route.method} {each.route.path} by {role} on {row}: {status}, not {wanted}")
        # every copy of a service knows all rules, and reads them anew after each change of one
        await started.app[STORE].collection(resource.collection).delete_many({"tags": marker})

    tries = [
        partial(try_all, resource, each, role)
        for resource in service.resources
        for each in routes_about_one(service, resource)
        if not each.route.path.endswith("/restore")
        for role in DEPTHS
    ]
    await at_once(tries)

    counted_cells("route, role and ownership", cells)
    assert wrong == [], "\n".join(wrong)


async def exported(started: Running, path: str, headers: dict[str, str]) -> list[str]:
    """The lines of a file, without that of the titles."""
    async with started.session.get(f"{started.url}{path}", headers=headers) as answer:
        return (await answer.text()).splitlines()[1:]


async def test_every_list_holds_what_the_role_sees(service: Service, started: Running, counted_cells: Counted) -> None:
    """As do its counts, its groups, and the file of it."""
    wrong: list[str] = []

    async def look(base: str, marker: str, ids: dict[str, str], role: str) -> None:
        headers, mine = headers_of(started, role), f"tags/any(t: t eq '{marker}')"
        status, page = await started.get(f"{base}?$filter={mine}&$count=true&$top=1000", headers=headers)
        if not DEPTHS[role].get("read"):
            if status != 403:
                wrong.append(f"{base} by {role}: {status}")
            return
        wanted = {ids[row] for row in seen(role)}
        counted = (await started.get(f"{base}/$count?$filter={mine}", headers=headers))[1]
        groups = await started.get(f"{base}?$apply=filter({mine})/aggregate($count as all)", headers=headers)
        file = await exported(started, f"{base}/export?$filter={mine}&$select=id", headers)
        if {record["id"] for record in page["value"]} != wanted:
            wrong.append(f"{base} by {role} lists {page['value']}")
        if {page["@odata.count"], counted, groups[1]["value"][0]["all"]} != {len(wanted)}:
            wrong.append(f"{base} by {role} counts {page['@odata.count']}, {counted}, {groups}")
        if sorted(file) != sorted(wanted):
            wrong.append(f"{base} by {role} exports {file}")

    made = [(f"/api/v1/{resource.collection}", *await given(started, resource)) for resource in service.resources]
    looks = [partial(look, base, marker, ids, role) for base, marker, ids in made for role in DEPTHS]
    await at_once(looks)

    counted_cells("list, role and ownership", len(looks) * len(ROWS))
    assert wrong == [], "\n".join(wrong)


async def test_no_answer_has_a_hidden_field_and_no_list_goes_by_one(
    service: Service, started: Running, counted_cells: Counted
) -> None:
    wrong: list[str] = []
    cells = 0

    async def look(resource: Resource[Any], id_: str) -> None:
        nonlocal cells
        base, headers = f"/api/v1/{resource.collection}", headers_of(started, BLIND)
        one = (await started.get(f"{base}/{id_}", headers=headers))[1]
        page = (await started.get(f"{base}?$filter=id eq '{id_}'", headers=headers))[1]
        async with started.session.get(f"{started.url}{base}/export?$filter=id eq '{id_}'", headers=headers) as answer:
            columns = {
                title.partition(".")[0] for title in (await answer.text()).lstrip("\ufeff").split("\n")[0].split(",")
            }
        shown = {*one, *page["value"][0], *columns}
        for name in hideable(resource.collection):
            asked = [f"$select={name}", f"$orderby={name}", f"$filter={name} eq null", f"$apply=groupby(({name}))"]
            statuses = [(await started.get(f"{base}?{each}", headers=headers))[0] for each in asked]
            statuses.append((await started.patch(f"{base}/{id_}", {name: None}, headers=headers))[0])
            cells += len(statuses) + 3
            if name in shown or set(statuses) != {422}:
                wrong.append(f"{base} {name}: {statuses}, shown: {name in shown}")

    resources = [(resource, (await given(started, resource))[1]["own"]) for resource in service.resources]
    await at_once(partial(look, resource, id_) for resource, id_ in resources)

    counted_cells("hidden field and way to it", cells)
    assert wrong == [], "\n".join(wrong)
