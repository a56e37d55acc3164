"""A bank's file of clients is taken over as contacts: tried without effect, imported though some rows are bad, undone.

Nobody in such a file has a name, so each is given one.

`FILE=path` takes another file of the same columns than the one that is made up here.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from deploy.local.stack import Stack
from libs.cli.demo.people import people
from tests.support.calling import Caller
from tests.support.waiting import eventually

ROWS: Final = 600
ONE_BAD_IN: Final = 100
NO_CHANNEL: Final = "carrier pigeon"
CHANNELS: Final = {"telephone": "phone", "cellular": "phone"}
TITLES: Final = "age,job,marital,education,default,housing,loan,contact,month,day_of_week,duration,campaign,output"
UNDERWAY: Final = {"checking", "running", "undoing"}


def clients() -> Iterator[dict[str, str]]:
    """Rows as a bank has them."""
    if "FILE" in os.environ:
        with Path(os.environ["FILE"]).open(newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)
        return
    jobs, channels = cycle(["housemaid", "services", "admin.", "technician", "retired"]), cycle(CHANNELS)
    for number, job, channel in islice(zip(range(ROWS), jobs, channels, strict=False), ROWS):
        told = {"age": str(20 + number % 70), "job": job, "education": "basic.9y", "contact": channel}
        yield {**dict.fromkeys(TITLES.split(","), "no"), **told}


@dataclass(frozen=True)
class Sent:
    """An import of clients with the surname `name`, the last of whom has the e-mail address `last`.

    Of the rows with the numbers `bad` no contact can be made.
    """

    id: str
    name: str
    last: str
    good: int
    bad: tuple[int, ...]

    @property
    def filter(self) -> str:
        return f"last_name eq '{self.name}'"


@pytest.fixture
async def sent(admin: Caller) -> Sent:
    rows, name = list(clients()), f"Client{uuid4().hex[:10]}"
    bad = range(ONE_BAD_IN // 2, len(rows), ONE_BAD_IN)
    for place in bad:
        rows[place]["contact"] = NO_CHANNEL
    for row, person in zip(rows, people(), strict=False):
        row |= {"first": person.first_name, "mail": f"{name}.{person.email}".lower(), "call": person.phone}
    text = StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    columns = {"job_title": "job", "first_name": "first", "email": "mail", "phone": "call"}
    read = {field: {"column": column} for field, column in columns.items()}
    chosen = {"preferred_channel": {"column": "contact", "values": CHANNELS}}
    mapping = {"fields": {**read, **chosen}, "constants": {"last_name": name}}
    fields = {"collection": "contacts", "mapping": json.dumps(mapping)}
    made = await admin.upload("imports?collection=contacts", text.getvalue().encode(), "bank.csv", **fields)
    return Sent(made["id"], name, rows[-1]["mail"], len(rows) - len(bad), tuple(place + 2 for place in bad))


async def done(admin: Caller, sent: Sent, action: str) -> dict[str, Any]:
    """The import once an action of it has ended."""
    await admin.post(f"imports/{sent.id}/{action}")

    async def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = await admin.get(f"imports/{sent.id}")
        return None if found["state"] in UNDERWAY else found

    found = await eventually(ended, within=240)
    return {"state": found["state"], **{name: count for name, count in found["counts"].items() if count}}


async def explained(admin: Caller, sent: Sent) -> dict[int, list[tuple[str, str]]]:
    """What is said of each bad row: which column, and which field."""
    said: dict[int, list[tuple[str, str]]] = {}
    after: int | None = 0
    while after is not None:
        page = await admin.get(f"imports/{sent.id}/errors", after=str(after))
        said |= {each["row"]: [(one["column"], one["pointer"]) for one in each["errors"]] for each in page["value"]}
        after = page["next"]
    return said


async def test_every_good_row_is_taken_over_each_bad_one_explained_and_all_of_it_undone(
    session: ClientSession, suite: Stack, admin: Caller, sent: Sent
) -> None:
    expected = {"created": sent.good, "failed": len(sent.bad)}
    why = {row: [("contact", "/preferred_channel")] for row in sent.bad}

    assert await done(admin, sent, "check") == {"state": "checked", **expected}
    assert (await listed(admin, sent), await explained(admin, sent)) == (0, why)

    assert await done(admin, sent, "run") == {"state": "completed", **expected}
    assert (await listed(admin, sent), await explained(admin, sent)) == (sent.good, why)
    assert await exported(session, suite, admin, sent) == sent.good
    [last] = [each["record"]["id"] for each in await alike(admin, sent)]
    await eventually(lambda: found(admin, sent), within=240)
    await eventually(lambda: told(admin, last, "created"), within=240)

    assert await done(admin, sent, "undo") == {"state": "undone", **expected, "removed": sent.good}
    assert await listed(admin, sent) == 0
    assert await exported(session, suite, admin, sent) == 0
    assert await alike(admin, sent) == []
    assert (await admin.ask("GET", f"contacts/{last}")).status == 404

    async def nowhere() -> bool:
        return not await found(admin, sent)

    await eventually(nowhere, within=240)
    await eventually(lambda: told(admin, last, "deleted"), within=240)


async def listed(admin: Caller, sent: Sent) -> int:
    """How many contacts of the import a list shows."""
    page = await admin.get("contacts", **{"$filter": sent.filter, "$top": "1", "$count": "true"})
    return int(page["@odata.count"])


async def exported(session: ClientSession, suite: Stack, admin: Caller, sent: Sent) -> int:
    """How many contacts of the import a file of them has."""
    url, options = f"{suite.url('gateway')}/api/v1/contacts/export", {"format": "csv", "$filter": sent.filter}
    async with session.get(url, params=options, headers=admin.headers) as response:
        assert response.status == 200, await response.text()
        return sum(1 for _ in csv.DictReader(StringIO(await response.text())))


async def alike(admin: Caller, sent: Sent) -> list[dict[str, Any]]:
    """What may be the same as somebody with the address of the last client."""
    known: list[dict[str, Any]] = (await admin.post("contacts/duplicates", {"record": {"email": sent.last}}))["value"]
    return known


async def found(admin: Caller, sent: Sent) -> list[dict[str, Any]]:
    """What the search over everything shows of the import."""
    hits: list[dict[str, Any]] = (await admin.get("search", q=sent.name))["value"]
    return [hit for hit in hits if sent.name in hit["title"]]


async def told(admin: Caller, contact_id: str, verb: str) -> bool:
    """Whether the contact's timeline has that; it stays as the past of what is in the recycle bin."""
    entries = (await admin.get(f"timeline/contacts/{contact_id}"))["value"]
    return f"sales.contact.{verb}" in {each["type"] for each in entries}
