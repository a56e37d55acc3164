"""What the guides list is what there is."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import typer

from libs.bus.parking import Reason
from libs.cli.main import app
from libs.contracts.envelope import BACKUP_RESTORED, ERASED, RESTATED
from libs.contracts.publishers import BY_TYPE
from services.activity.settings import ActivitySettings
from services.gateway.settings import GatewaySettings
from services.journal.settings import JournalSettings
from tests.docs.guides import PAGES, ROOT, code_in, page, rows
from tests.support.suite import SERVICES

OPERATIONS = "docs/operations.md"


def test_every_setting_is_listed_with_its_usual_value() -> None:
    listed = {code_in(name)[0]: code_in(value) for name, value, _ in rows(OPERATIONS, "Settings")}

    assert listed == {
        f"TANDEM_{name.upper()}": usual(field.default)
        for settings in (ActivitySettings, GatewaySettings, JournalSettings)
        for name, field in settings.model_fields.items()
    }


def usual(value: Any) -> list[str]:
    match value:
        case None:
            return []
        case frozenset():
            return [json.dumps(sorted(value))]
        case _:
            return [str(value)]


def test_every_event_is_listed_under_its_aggregate_and_collection() -> None:
    listed = [(code_in(aggregate)[0], code_in(where)[0], code_in(verbs)) for aggregate, where, verbs in
              rows("docs/events.md", "Which there are")]  # fmt: skip
    collections = {
        kind.aggregate: record.collection
        for service in SERVICES
        for record in service.all_records()
        for kind in (*record.kinds.values(), record)
    }
    verbs = defaultdict(set)
    for type_ in BY_TYPE:
        aggregate, _, verb = type_.rpartition(".")
        if verb not in (RESTATED, ERASED) and not type_.endswith(BACKUP_RESTORED):  # of all, so they are told once
            verbs[aggregate].add(verb)

    assert {aggregate: set(each) for aggregate, _, each in listed} == verbs
    assert {aggregate: where for aggregate, where, _ in listed} == {each: collections[each] for each in verbs}


def test_every_reason_to_park_is_explained() -> None:
    listed = [code_in(cells[0]) for cells in rows(OPERATIONS, "Events that cannot be handled")]

    assert {reason for reasons in listed for reason in reasons} == set(Reason)


def test_every_metric_that_is_named_is_measured() -> None:
    named = {name for cells in rows(OPERATIONS, "Health") for name in code_in(cells[0]) if not name.startswith("/")}
    code = "".join(path.read_text() for folder in ("libs", "services") for path in (ROOT / folder).rglob("*.py"))

    assert {name for name in named if f'"{name.removesuffix("_total")}"' not in code} == set()


@pytest.mark.parametrize("name", [str(path.relative_to(ROOT)) for path in PAGES])
def test_every_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page(name))

    assert [link for link in links if not ((ROOT / name).parent / link).exists()] == []


@pytest.mark.parametrize("name", [str(path.relative_to(ROOT)) for path in PAGES])
def test_every_command_that_is_named_is_there(name: str) -> None:
    named = re.findall(r"(?:^\$ |`)tandem ((?:[a-z]+ ?)+)", page(name), re.MULTILINE)
    commands = set(paths(typer.main.get_command(app)))

    assert [each for each in named if not any(f"{each} ".startswith(f"{command} ") for command in commands)] == []


def paths(command: Any, *before: str) -> list[str]:
    """Every command in full: `parked list`; one that need not be named also without its name."""
    within = getattr(command, "commands", {})
    named = [path for name in within for path in paths(within[name], *before, name)]
    return [*named, " ".join(before)] if not named or hasattr(command, "unnamed") else named


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_path_that_is_named_is_there(name: str) -> None:
    named = re.findall(r"`((?:services|libs|deploy|tests|docs|\.ci)/[\w./-]+)`", page(name))

    assert [each for each in named if not Path(ROOT, each).exists()] == []


def test_every_piece_of_code_stands_where_it_is_said_to_stand() -> None:
    pieces = re.findall(r"(?ms)^( *)```python\n(.*?)^ *```$", page("CONTRIBUTING.md"))
    for indent, text in pieces:
        head, *lines = [line.removeprefix(indent) for line in text.splitlines()]
        code = page(head.removeprefix("# ")).splitlines()
        assert [line for line in lines if line not in code] == []

    assert pieces


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/operations.md"])
def test_every_make_target_that_is_named_is_there(name: str) -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):", page("Makefile")))

    assert set(re.findall(r"(?m)(?:^|`)make ([a-z]+)", page(name))) - targets == set()


def test_the_list_of_decisions_is_complete() -> None:
    files = {path.name for path in (ROOT / "docs" / "adr").glob("0*.md")}

    assert set(re.findall(r"\]\((0[^)]*)\)", page("docs/adr/README.md"))) == files
