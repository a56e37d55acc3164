"""Whether what is being written is there already: warnings, or a refusal, as the rules of the collection say."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from aiohttp import web
from pydantic import BaseModel

from libs.domain.duplicates import DuplicateRule
from libs.domain.grants import Operation, hidden_fields, reaches
from libs.domain.record import Record
from libs.domain.refusals import FieldError, Malformed
from libs.store.errors import Duplicate
from libs.store.store import Document
from libs.store.work import UnitOfWork
from libs.web.duplicates.looking import MOST_CANDIDATES, Looked, look

HEADER: Final = "X-Duplicates"
"""In a request `allow` asks to write although a rule refuses it; in an answer it holds the warnings, as JSON."""
_ALLOW: Final = "allow"
_MOST_TOLD: Final = 5
"""Rules in one answer, and records of each."""


class DuplicateWarning(BaseModel):
    """By which rule (its id and name) a record is like others, and those of them that the caller may see."""

    rule: str
    name: str
    ids: tuple[str, ...]


Warnings = tuple[DuplicateWarning, ...]


class DuplicateFound(Duplicate):
    """A rule does not let a record double another. Who that is, is told as far as the caller may see it."""

    def __init__(self, rules: Iterable[DuplicateRule], candidates: Warnings) -> None:
        refusing = list(rules)
        paths = dict.fromkeys(condition.fields[0] for rule in refusing for condition in rule.conditions)
        super().__init__(
            f"there is a record like this: {', '.join(rule.name for rule in refusing)}",
            errors=[FieldError(f"/{path}", "duplicate", "another record has it") for path in paths],
            candidates=[each.model_dump() for each in candidates],
            overridable=all(rule.overridable for rule in refusing),
        )


def allows_duplicates(request: web.Request) -> bool:
    """Whether the caller has said that there may be two; raises `Malformed`."""
    header = request.headers.get(HEADER)
    if header not in (None, _ALLOW):
        raise Malformed(f"{HEADER} is {_ALLOW}, or not sent")
    return header == _ALLOW


def told_in_header(warnings: Warnings) -> Mapping[str, str]:
    return {HEADER: json.dumps([each.model_dump() for each in warnings])} if warnings else {}


async def notice(work: UnitOfWork, record: Record, *, allowed: bool) -> Warnings:
    """What to tell of a record that this command writes; raises `DuplicateFound`.

    A new record is written without a look: if another has one of its keys, the command runs again, and looks.
    """
    rules, change = work.store.duplicate_rules(record.collection), work.changes.get((record.collection, record.id))
    if change is None or (change.creating and work.attempt == 1 and not rules.crowded(change.keys(rules))):
        return ()
    [looked] = await look(work.store, [change], work.context.grants, allowed=allowed)
    return judged(looked)


async def notice_together(
    rows: Sequence[tuple[UnitOfWork, Record]], *, allowed: bool
) -> list[Warnings | DuplicateFound]:
    """The same for new records of one collection that are about to be written together.

    Each is compared with those before it, too.
    """
    if not rows:
        return []
    work = rows[0][0]
    changes = [each.changes[record.collection, record.id] for each, record in rows]
    before: dict[str, list[Document]] = {}
    outcomes: list[Warnings | DuplicateFound] = []
    for looked in await look(work.store, changes, work.context.grants, allowed=allowed):
        change = looked.change
        companions = [each for key in looked.keys for each in before.get(key, ())]
        try:
            outcomes.append(judged(looked, companions[:MOST_CANDIDATES]))
        except DuplicateFound as refusal:
            outcomes.append(refusal)
            continue
        change.taken = (change.taken or frozenset()).union(key for key in looked.keys if key in before)
        for key in looked.keys:
            before.setdefault(key, []).append(change.after)
    return outcomes


def judged(looked: Looked, companions: Iterable[Document] = ()) -> Warnings:
    """The warnings; raises `DuplicateFound`. `companions` are about to be written as well."""
    change, grants = looked.change, looked.grants
    hidden = hidden_fields(grants, change.collection)
    refusing: dict[str, DuplicateRule] = {}
    told: dict[str, tuple[DuplicateRule, list[str]]] = {}
    for id_, document in {each["_id"]: each for each in (*looked.found, *companions)}.items():
        if id_ == change.record_id:
            continue
        visible = reaches(grants, change.collection, Operation.READ, document)
        for rule in (match.rule for match in looked.rules.matches(change.after, document)):
            if rule.refuses(creating=change.creating, allowed=looked.allowed):
                refusing[rule.id] = rule
            if visible and not rule.tells_of(hidden):
                told.setdefault(rule.id, (rule, []))[1].append(id_)
    warnings = tuple(
        DuplicateWarning(rule=rule.id, name=rule.name, ids=tuple(sorted(ids)[:_MOST_TOLD]))
        for rule, ids in list(told.values())[:_MOST_TOLD]
    )
    if refusing:
        raise DuplicateFound(refusing.values(), warnings)
    return warnings
