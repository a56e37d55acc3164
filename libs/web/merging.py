"""Merging over HTTP, and how a service hears where ids lead: every service alike, by its wiring."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, Generic, TypeVar

from aiohttp import web
from pydantic import Field, create_model

from libs.bus.definitions import Projection, projection
from libs.contracts.collections import CUSTOM
from libs.contracts.envelope import RESTATED, Envelope
from libs.contracts.publishers import MERGEABLE_AGGREGATES
from libs.contracts.values import Alias, Value
from libs.domain.fields import Line
from libs.domain.grants import Operation, paths_in, refuse_closed_fields
from libs.domain.money import refuse_excess_digits
from libs.domain.record import Record
from libs.jobs.duties import Duty
from libs.store.aliases import forget_aliases, keep_aliases
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.merging import MOST_DUPLICATES, Merging, merge_records, unmerge_record
from libs.store.moving import Mover, follow, settle
from libs.store.requests import Answer
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.answers import rendered
from libs.web.api import Route, Rule
from libs.web.executing import execute, execute_asked
from libs.web.patching import revised
from libs.web.problems import under
from libs.web.references import REFERENCES, named, pointers_in
from libs.web.requests import body_of, custom_fields_of, grants_of, parse

R = TypeVar("R", bound=Record)

_VALUES: Final = "/values"
_EVERY: Final = 15.0

MERGE_TOPICS: Final = ("*.*.merged", "*.*.unmerged", *(f"{each}.{RESTATED}" for each in MERGEABLE_AGGREGATES))
"""What says where ids lead."""


class MergeRecords(Value):
    """Which records are the same as this one, and a merge patch of what is to be kept otherwise than by the rule."""

    duplicates: Annotated[tuple[Line, ...], Field(min_length=1, max_length=MOST_DUPLICATES)]
    values: dict[str, Any] = Field(default_factory=dict)


class UnmergeRecord(Value):
    """Which of the records that were merged into this one is not the same."""

    duplicate: Line


class MergeRoutes(Generic[R]):
    """`merge` and `unmerge` of a collection whose records can be merged."""

    def __init__(self, merging: Merging[R]) -> None:
        self._merging = merging
        self._record = merging.record

    def routes(self) -> Iterator[Route]:
        name = self._record.collection
        one, label = f"/api/v1/{name}/{{id}}", self._record.aggregate.rpartition(".")[2]
        write = Rule(name, Operation.WRITE)
        answer = create_model(f"Unmerged{self._record.__name__}", survivor=self._record, duplicate=self._record)
        merge, unmerge = f"Merge others into this {label}", f"Take a {label} out again that was merged into this one"
        yield Route("POST", f"{one}/merge", self.merge, write, merge, MergeRecords, self._record)
        yield Route("POST", f"{one}/unmerge", self.unmerge, write, unmerge, UnmergeRecord, answer)

    async def merge(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        asked = parse(body, MergeRecords)
        custom, values = custom_fields_of(request, self._record.collection), asked.values
        with under(_VALUES):
            refuse_closed_fields(paths_in(values, values.get(CUSTOM)), grants_of(request), self._record.collection)
        pointers = pointers_in(self._record, values, custom, under=_VALUES)
        names = await request.app[REFERENCES].names(pointers, request) if pointers else {}

        def pick(survivor: R) -> R:
            with under(_VALUES):
                picked = revised(survivor, values, custom)
                refuse_excess_digits(self._record, picked.__dict__)
            return picked.evolve(**named(self._record, {name: getattr(picked, name) for name in values}, names))

        async def command(work: UnitOfWork) -> Answer:
            survivor = request.match_info["id"]
            return rendered(work, await merge_records(work, self._merging, survivor, asked.duplicates, pick))

        return await execute(request, command, body=body)

    async def unmerge(self, request: web.Request) -> web.Response:
        async def command(work: UnitOfWork, asked: UnmergeRecord) -> Answer:
            survivor, duplicate = await unmerge_record(work, self._merging, request.match_info["id"], asked.duplicate)
            return rendered(work, {"survivor": survivor, "duplicate": duplicate})

        return await execute_asked(request, UnmergeRecord, command)


def following_merges(movers: Sequence[Mover]) -> Projection:
    """Keeps where ids lead, and lets what the service keeps point there."""

    @projection("aliases", *MERGE_TOPICS, batch=100, forget=forget_aliases)
    async def follow_merges(store: Store, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            if aliases := [Alias.model_validate(each) for each in envelope.data.get("aliases", ())]:
                subjects = await keep_aliases(store, envelope, aliases, at=utc_now())
                await follow(store, subjects, Context.of(envelope), movers)

    return follow_merges


def settling_merges(movers: Sequence[Mover]) -> Duty:
    """Looks once more for what a command wrote that had begun before the service heard of a merge."""

    async def settle_merges(store: Store) -> None:
        await settle(store, movers)

    return Duty("aliases", _EVERY, settle_merges)
