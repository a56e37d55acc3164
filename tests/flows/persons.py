"""One person with traces in every service, and privacy requests about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

from aiohttp import ClientSession
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from deploy.local.stack import Stack
from tests.flows.stories import interest, win
from tests.support.calling import Caller
from tests.support.waiting import eventually

SOON = 60.0

Record = dict[str, Any]


@dataclass(frozen=True)
class Traces:
    """A person, and what has become of them."""

    person: Record
    lead: Record
    opportunity: Record
    contact_id: str
    case: Record
    call: Record
    note: Record
    marketing_list: Record

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be found after an erasure, in lower case."""
        return tuple(self.person[name].lower() for name in ("email", "phone", "last_name"))


def someone() -> Record:
    """A person whose name and number nobody else has."""
    mark = uuid4().hex[:10]
    surname = "Q" + "".join(chr(ord("a") + int(each, 16)) for each in mark)
    number = str(int(mark, 16))[-7:].zfill(7)
    return {
        "first_name": "Mirabel",
        "last_name": surname,
        "email": f"mirabel.{surname.lower()}@example.org",
        "phone": f"+49 30 9{number}",
    }


async def leave_traces(caller: Caller) -> Traces:
    """A campaign response makes a lead, it is sold to, and the customer calls about a case."""
    person = someone()
    name, surname = f"{person['first_name']} {person['last_name']}", person["last_name"]
    lead = await interest(caller, person)
    await caller.patch(f"leads/{lead['id']}", {"birth_date": "1988-02-29", "topic": f"Offer for {name}"})
    opportunity = await win(caller, lead)
    contact_id = opportunity["customer"]["id"]
    customer = {"collection": "contacts", "id": contact_id}
    case = await caller.post("cases", {"title": f"Invoice of {surname}", "customer": customer})
    call = await caller.post(
        "activities",
        {
            "type": "phone_call",
            "subject": f"Called {name} back",
            "phone_number": person["phone"],
            "regarding": {"collection": "cases", "id": case["id"]},
            "state": "completed",
        },
    )
    note = await caller.post("notes", {"text": f"{name} likes tea", "regarding": customer})
    note = await caller.upload(f"notes/{note['id']}/attachments", b"no name in it", "tea.txt")
    marketing_list = await caller.post("marketing_lists", {"name": "Buyers", "member_kind": "contact"})
    await caller.post(f"marketing_lists/{marketing_list['id']}/add_members", {"member_ids": [contact_id]})
    traces = Traces(person, lead, opportunity, contact_id, case, call, note, marketing_list)
    await told_everywhere(caller, traces)
    return traces


async def told_everywhere(caller: Caller, traces: Traces) -> None:
    """Waits until the journal and the timelines have heard of it all."""

    async def look() -> bool:
        entries = (await caller.get(f"timeline/cases/{traces.case['id']}"))["value"]
        heard = await caller.get("events", subject=f"marketing_lists/{traces.marketing_list['id']}")
        called = await caller.get("events", subject=f"activities/{traces.call['id']}")
        noted = await caller.get("events", subject=f"notes/{traces.note['id']}")
        return len(entries) >= 2 and len(heard["value"]) >= 2 and bool(called["value"]) and len(noted["value"]) >= 2

    await eventually(look, within=SOON)


async def requested(caller: Caller, kind: str, **whom: Any) -> Record:
    """A privacy request whose preview is complete."""
    request = await caller.post("privacy_requests", {"kind": kind, **whom})

    async def look() -> Record | None:
        known: Record = await caller.get(f"privacy_requests/{request['id']}")
        return known if known["previewed_at"] else None

    return await eventually(look, within=SOON)


async def done(caller: Caller, request: Record) -> Record:
    """The request after it was started and every service has done its part."""
    await caller.post(f"privacy_requests/{request['id']}/start")

    async def look() -> Record | None:
        known: Record = await caller.get(f"privacy_requests/{request['id']}")
        assert known["state"] != "failed", known["answers"]
        return known if known["state"] == "done" else None

    return await eventually(look, within=SOON)


async def archive(session: ClientSession, caller: Caller, url: str, request: Record) -> ZipFile:
    path = f"{url}/api/v1/privacy_requests/{request['id']}/archive"
    async with session.get(path, headers=caller.headers) as response:
        assert response.status == 200, await response.text()
        return ZipFile(BytesIO(await response.read()))


def found_in_databases(suite: Stack, secrets: Iterable[str]) -> list[str]:
    """Every collection of every service with a document that has one of the texts in it, in whatever case."""
    needles = [secret.encode() for secret in secrets]
    codec: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
    found = []
    with MongoClient[RawBSONDocument](suite.nodes.mongo_url, document_class=RawBSONDocument) as client:
        for name in client.list_database_names():
            if name in {"admin", "config", "local"}:
                continue
            database = client.get_database(name, codec_options=codec)
            for collection in database.list_collection_names():
                texts = (bytes(document.raw).lower() for document in database[collection].find())
                found += [f"{name}.{collection}" for text in texts if any(needle in text for needle in needles)]
    return found


def found_in_logs(suite: Stack, secrets: Iterable[str]) -> list[str]:
    """Every log of a service with one of the texts in it."""
    logs = [suite.home.log(copy.name) for copy in suite.copies.values()]
    return [log.name for log in logs if any(secret in log.read_text("utf-8").lower() for secret in secrets)]


def counts(request: Record) -> dict[str, int]:
    """How many the preview has found, by `<service>/<collection>`."""
    return {
        f"{answer['service']}/{found['collection']}": found["count"]
        for answer in request["found"]
        for found in answer["found"]
    }
