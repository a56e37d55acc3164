"""The guides' examples, run as they stand: each block of JSON is what the shell printed before it."""

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.local.ports import Ports
from deploy.local.stack import Stack
from tests.docs.guides import blocks
from tests.flows.people import Organisation
from tests.flows.stories import SOON
from tests.support.calling import Caller
from tests.support.processes import run_program
from tests.support.waiting import PATIENCE, eventually

USUAL_URL = "http://127.0.0.1:8080"
USUAL_HOME = ".tandem/"
CONTINUING = (
    "docs/events.md",
    "docs/guides/history.md",
    "docs/guides/merge.md",
    "docs/guides/accounts.md",
    "docs/guides/activities.md",
    "docs/guides/campaign-responses.md",
    "docs/guides/e-mail.md",
    "docs/guides/from-lead-to-payment.md",
    "docs/guides/calendars.md",
    "docs/guides/goals.md",
    "docs/guides/leads.md",
    "docs/guides/orders.md",
    "docs/guides/pipelines.md",
    "docs/guides/custom-fields.md",
    "docs/guides/duplicates.md",
    "docs/guides/import-export.md",
    "docs/guides/invoices.md",
    "docs/guides/permissions.md",
    "docs/guides/pricing.md",
    "docs/guides/privacy.md",
    "docs/guides/quotes.md",
    "docs/guides/timelines.md",
)
"""Guides that go on in the shell of the API guide, signed in."""
TOOLS = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="curl or jq is not installed")


@dataclass(frozen=True, slots=True)
class Example:
    """A block for the shell, and what it is said to print, one JSON value a line; nothing where nothing is said."""

    command: str
    printed: list[Any]


def examples(guide: str) -> Iterator[Example]:
    given = blocks(guide)
    for number, block in enumerate(given):
        if block.language == "sh" and not block.text.startswith("make "):
            follows = given[number + 1] if number + 1 < len(given) else None
            yield Example(block.text, values(follows.text) if follows and follows.language == "json" else [])


def values(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def script(guide: str, suite: Stack, printed: Path) -> str:
    """All examples for one shell; what each prints goes to a file of its number."""
    parts = ["set -eu -o pipefail"]
    for number, example in enumerate(examples(guide)):
        parts.append(f"{{\n{example.command}}} > {printed / str(number)}")
    return "\n".join(parts).replace(USUAL_URL, suite.url("gateway")).replace(USUAL_HOME, f"{suite.home.path}/")


@TOOLS
@pytest.mark.parametrize("guide", ["README.md", "docs/api.md", *CONTINUING])
async def test_the_examples_of_a_guide_do_what_it_says(guide: str, suite: Stack, tmp_path: Path) -> None:
    before = script("docs/api.md", suite, tmp_path).split("\n}", 1)[0] + "\n}\n" if guide in CONTINUING else ""
    shell = await asyncio.create_subprocess_exec(
        "bash", "-c", before + script(guide, suite, tmp_path), stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(4 * PATIENCE):
        _, complaints = await shell.communicate()

    assert shell.returncode == 0, complaints.decode()
    for number, example in enumerate(examples(guide)):
        if example.printed:
            assert values((tmp_path / str(number)).read_text()) == example.printed, example.command


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def heard_by(
    program: Path, environment: Mapping[str, str], admin: Caller, *, port: int | None = None
) -> list[str]:
    """The words of the first line that a subscriber prints, while leads are made: once it listens on its port."""
    own = {**os.environ, **environment}
    async with run_program(sys.executable, program, cwd=program.parent, env=own, stdout=PIPE) as subscriber:
        if port is not None:
            await eventually(lambda: listens(port))
        async with asyncio.timeout(SOON):
            assert subscriber.stdout is not None
            heard = asyncio.ensure_future(subscriber.stdout.readline())
            while not heard.done():  # what is announced before it listens, not every subscriber hears
                await admin.post("leads", {"topic": "Loan"})
                await asyncio.wait([heard], timeout=0.2)
    return (await heard).decode().split()


def program_of(guide: str, word: str, folder: Path) -> Path:
    """The one program of the guide in which the word stands, as a file."""
    (source,) = [block.text for block in blocks(guide) if block.language == "python" and word in block.text]
    program = folder / "subscriber.py"
    program.write_text(source)
    return program


async def test_the_subscriber_of_the_guide_hears_of_a_new_lead(
    suite: Stack, organisation: Organisation, tmp_path: Path
) -> None:
    program = program_of("docs/events.md", "aio_pika", tmp_path)
    admin = await organisation.signed_in("administrator")

    subject, state = await heard_by(program, {"AMQP_URL": suite.nodes.broker.url()}, admin)

    assert subject.startswith("leads/")
    assert state == "open"


async def test_the_reader_of_the_feed_in_the_guide_hears_of_a_new_lead(
    suite: Stack, organisation: Organisation, tmp_path: Path
) -> None:
    program = program_of("docs/events.md", "urlopen", tmp_path)
    admin = await organisation.signed_in("administrator")
    key = (await admin.post("api_keys", {"name": "Guide"}))["secret"]

    subject, _ = await heard_by(program, {"TANDEM_URL": suite.url("gateway"), "TANDEM_API_KEY": key}, admin)

    assert subject.startswith("leads/")


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    ports = Ports(tmp_path / "ports.json", private=True)
    yield ports.choose("receiver")
    ports.release()


async def test_the_receiver_of_the_guide_takes_what_is_signed_for_it(
    organisation: Organisation, port: int, tmp_path: Path
) -> None:
    program = program_of("docs/guides/webhooks.md", "standardwebhooks", tmp_path)
    admin = await organisation.signed_in("administrator")
    url = f"http://127.0.0.1:{port}/"
    webhook = await admin.post("webhooks", {"name": "Guide", "url": url, "types": ["sales.lead.*"]})

    environment = {"WEBHOOK_SECRET": webhook["secret"], "PORT": str(port)}
    type_, subject = await heard_by(program, environment, admin, port=port)
    await admin.post(f"webhooks/{webhook['id']}/deactivate")

    assert type_ == "sales.lead.created"
    assert subject.startswith("leads/")
