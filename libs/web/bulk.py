"""`POST /api/v1/<collection>/bulk`: many creates in few round trips, one answer or problem for each record."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final, TypeVar

import orjson
from aiohttp import web

from libs.domain.record import Draft, Record
from libs.domain.refusals import InvalidFields, Refusal, TooLarge
from libs.store.errors import AlreadyAnswered, Conflict
from libs.store.ids import new_id
from libs.store.requests import Answer, RequestKey
from libs.store.rows import commit_rows
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.answers import created, json_response
from libs.web.drafting import drafted
from libs.web.duplicates.noticing import (
    HEADER,
    Warnings,
    allows_duplicates,
    notice,
    notice_together,
    told_in_header,
)
from libs.web.executing import STORE
from libs.web.problems import problem_of
from libs.web.references import REFERENCES, Pointer, named, pointers_in
from libs.web.requests import body_of, context_of, custom_fields_of, grants_of, json_of, request_key
from libs.web.resource import Resource

R = TypeVar("R", bound=Record)

MOST_RECORDS: Final = 1000


class TooManyRecords(TooLarge):
    code: ClassVar[str] = "too_many_records"


async def bulk_create(request: web.Request, resource: Resource[R]) -> web.Response:
    """200 with `results`: `{"status": 201, "record": …}` or `{"status": 4xx, "problem": …}`, in the order sent.

    A record that is like others has `duplicates` beside it, as a single create has them in a header.
    """
    body = await body_of(request)
    bulk = _Bulk(request, resource, request_key(request, body), records_in(body))
    return json_response(orjson.dumps({"results": await bulk.run()}))


def records_in(body: bytes) -> list[Any]:
    """The records of a bulk body; raises `Malformed`, `InvalidFields` or `TooManyRecords`."""
    document = json_of(body)
    records = document.get("records") if isinstance(document, dict) else None
    if not isinstance(records, list):
        raise InvalidFields.at("/records", "missing", 'send {"records": […]}')
    if len(records) > MOST_RECORDS:
        raise TooManyRecords(f"{len(records)} records; at most {MOST_RECORDS} at once")
    return records


class _Bulk:
    """One bulk on its way. `results` has a place for each record."""

    def __init__(
        self, request: web.Request, resource: Resource[Any], key: RequestKey | None, records: list[Any]
    ) -> None:
        self._request = request
        self._store: Store = request.app[STORE]
        self._resource = resource
        self._grants = grants_of(request)
        self._custom = custom_fields_of(request, resource.collection)
        self._key = key
        self._context = replace(context_of(request), batch=key.key if key else new_id())
        self._allowed = allows_duplicates(request)
        self._records = records
        self._results: list[dict[str, Any] | None] = [None] * len(records)

    async def run(self) -> list[dict[str, Any] | None]:
        await self._recall(range(len(self._records)))
        drafts = await self._linked(self._drafts())
        works = await self._answered(
            {number: made for number, draft in drafts.items() if (made := await self._make(number, draft))}
        )
        outcomes = await commit_rows(self._store, [work for work, _ in works.values()])
        for (number, (_, answer)), outcome in zip(works.items(), outcomes, strict=True):
            match outcome:
                case None:
                    self._succeed(number, answer)
                case AlreadyAnswered():
                    pass
                case Conflict():
                    await self._again(number, drafts[number])
                case Refusal():
                    self._fail(number, outcome)
                case _:
                    raise outcome
        await self._recall([number for number, result in enumerate(self._results) if not _made(result)])
        return self._results

    def _drafts(self) -> dict[int, Draft]:
        drafts: dict[int, Draft] = {}
        for number, record in enumerate(self._records):
            if self._results[number] is not None:
                continue
            try:
                drafts[number] = drafted(self._resource.record, orjson.dumps(record), self._grants, self._custom)
            except Refusal as refusal:
                self._fail(number, refusal)
        return drafts

    async def _linked(self, drafts: dict[int, Draft]) -> dict[int, Draft]:
        """The drafts whose references lead somewhere, all looked up together."""
        record_type = self._resource.record
        pointers: dict[int, list[Pointer]] = {
            number: pointers_in(record_type, draft.__dict__, self._custom, under=str(number))
            for number, draft in drafts.items()
        }
        every = [pointer for each in pointers.values() for pointer in each]
        if not every:
            return drafts
        errors, names = await self._request.app[REFERENCES].split(every, self._request)
        linked: dict[int, Draft] = {}
        for number, draft in drafts.items():
            wrong = [
                replace(errors[each.pointer], pointer=each.pointer.removeprefix(str(number)))
                for each in pointers[number]
                if each.pointer in errors
            ]
            if wrong:
                self._fail(number, InvalidFields("a reference leads nowhere", errors=wrong))
            else:
                linked[number] = draft.model_copy(update=named(record_type, draft.values(), names))
        return linked

    async def _make(self, number: int, draft: Draft) -> tuple[UnitOfWork, Record] | None:
        work = UnitOfWork(self._store, self._context)
        try:
            return work, await self._resource.create_record(work, draft)
        except Refusal as refusal:
            self._fail(number, refusal)
            return None

    async def _answered(self, made: dict[int, tuple[UnitOfWork, Record]]) -> dict[int, tuple[UnitOfWork, Answer]]:
        """The records that no rule refuses as duplicates, of others or of those before them in this bulk."""
        answered: dict[int, tuple[UnitOfWork, Answer]] = {}
        judged = await notice_together(list(made.values()), allowed=self._allowed)
        for (number, (work, record)), warnings in zip(made.items(), judged, strict=True):
            if isinstance(warnings, Refusal):
                self._fail(number, warnings)
            else:
                answered[number] = work, self._answer(number, work, record, warnings)
        return answered

    def _answer(self, number: int, work: UnitOfWork, record: Record, warnings: Warnings) -> Answer:
        answer = created(work, record, told_in_header(warnings))
        if self._key is not None:
            work.remember(self._key.row(number).remembering(answer, work.now), within=self._resource.collection)
        return answer

    async def _again(self, number: int, draft: Draft) -> None:
        """A row whose command met a rival is run again, alone."""

        async def command(work: UnitOfWork) -> Answer:
            record = await self._resource.create_record(work, draft)
            return self._answer(number, work, record, await notice(work, record, allowed=self._allowed))

        try:
            answer = await self._store.run(command, self._context)
        except AlreadyAnswered:
            pass
        except Refusal as refusal:
            self._fail(number, refusal)
        else:
            self._succeed(number, answer)

    async def _recall(self, numbers: Sequence[int]) -> None:
        """Answers rows that a first request has written, cut or still under way, whatever its effect refuses now.

        Raises `KeyReused` if it had another body.
        """
        if self._key is None or not numbers:
            return
        keys = {number: self._key.row(number) for number in numbers}
        answers = await self._store.requests.answers(list(keys.values()), self._resource.collection)
        for number, key in keys.items():
            if (answer := answers.get(key.key)) is not None:
                self._succeed(number, answer)

    def _succeed(self, number: int, answer: Answer) -> None:
        result = {"status": answer.status, "record": orjson.Fragment(answer.body)}
        if warnings := answer.headers.get(HEADER):
            result["duplicates"] = orjson.Fragment(warnings)
        self._results[number] = result

    def _fail(self, number: int, refusal: Refusal) -> None:
        self._results[number] = {"status": refusal.status, "problem": problem_of(refusal)}


def _made(result: dict[str, Any] | None) -> bool:
    return result is not None and "record" in result
