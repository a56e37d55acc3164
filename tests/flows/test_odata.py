"""The CRM as clients of OData see it that were not written for it."""

import asyncio
import json
from pathlib import Path
from typing import Any, Final

from odata import ODataService  # type: ignore[import-untyped]
from odata.flags import ODataServerFlags  # type: ignore[import-untyped]
from requests import Session

from deploy.local.stack import Stack
from tests.flows.people import somebody
from tests.support.calling import Caller
from tests.support.node import Program

HERE: Final = Path(__file__).parent


def connect(suite: Stack, admin: Caller) -> Any:
    session = Session()
    session.headers.update(admin.headers)
    url = f"{suite.url('gateway')}/api/v1/"
    plain = ODataServerFlags(skip_null_properties=True, provide_odata_type_annotation=False)
    return ODataService(url, session=session, reflect_entities=True, quiet_progress=True, server_flags=plain)


async def test_python_odata_reads_filters_and_sorts_by_what_the_metadata_say(suite: Stack, admin: Caller) -> None:
    person = somebody()
    for topic in ("Second", "First"):
        await admin.post("leads", {"topic": topic, **person})

    def read() -> list[Any]:
        service = connect(suite, admin)
        lead = service.entities["leads"]
        query = service.query(lead).filter(lead.email == person["email"]).order_by(lead.topic.asc())
        return [(each.topic, each.version, each.created_at.tzinfo is not None) for each in query]

    assert await asyncio.to_thread(read) == [("First", 1, True), ("Second", 1, True)]


async def test_python_odata_creates_and_changes_records(suite: Stack, admin: Caller) -> None:
    def write() -> str:
        service = connect(suite, admin)
        account = service.entities["accounts"]()
        account.name = "Acme by OData"
        service.save(account)
        account.industry = "shipping"
        service.save(account)
        return str(account.id)

    record = await admin.get(f"accounts/{await asyncio.to_thread(write)}")

    assert (record["name"], record["industry"], record["version"]) == ("Acme by OData", "shipping", 2)


async def test_o_js_reads_counts_and_sorts(suite: Stack, admin: Caller) -> None:
    person = somebody()
    ids = [(await admin.post("leads", {"topic": topic, **person}))["id"] for topic in ("Second", "First")]
    theirs = {"$filter": f"email eq '{person['email']}'"}

    found, number, one, missing = await asked_by_o_js(
        suite,
        admin,
        {"method": "get", "resource": "leads", "query": {**theirs, "$orderby": "topic asc", "$select": "topic"}},
        {"method": "get", "resource": "leads/$count", "query": theirs},
        {"method": "get", "resource": f"leads('{ids[0]}')"},
        {"method": "get", "resource": "leads('nobody')"},
    )

    assert [each["topic"] for each in found] == ["First", "Second"]
    assert (number, one["topic"], missing) == (2, "Second", {"status": 404})


async def test_o_js_creates_changes_and_removes(suite: Stack, admin: Caller) -> None:
    [made] = await asked_by_o_js(
        suite, admin, {"method": "post", "resource": "accounts", "body": {"name": "Acme by o.js"}}
    )
    one = f"accounts('{made['id']}')"

    changed, _, gone = await asked_by_o_js(
        suite,
        admin,
        {"method": "patch", "resource": one, "body": {"industry": "shipping"}},
        {"method": "delete", "resource": one},
        {"method": "get", "resource": one},
    )

    assert (changed["name"], changed["industry"], changed["version"]) == ("Acme by o.js", "shipping", 2)
    assert gone == {"status": 404}


async def asked_by_o_js(suite: Stack, admin: Caller, *requests: dict[str, Any]) -> list[Any]:
    """The answers as npm's `odata` reads them; `status` of those that it takes for errors."""
    client = await asyncio.to_thread(Program.installed, HERE / "odata_client", "client.js")
    url = f"{suite.url('gateway')}/api/v1/"
    answers: list[Any] = await asyncio.to_thread(client.run, url, admin.headers["Authorization"], json.dumps(requests))
    return answers
