"""The CRM as clients of OData see it that were not written for it."""

import asyncio
from typing import Any

from odata import ODataService  # type: ignore[import-untyped]
from odata.flags import ODataServerFlags  # type: ignore[import-untyped]
from requests import Session

from deploy.local.stack import Stack
from tests.flows.people import somebody
from tests.support.calling import Caller


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
