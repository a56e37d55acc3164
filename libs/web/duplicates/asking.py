"""`POST /api/v1/<collection>/duplicates`: what may be the same as a record, or as what somebody is about to send."""

from collections.abc import Iterator
from typing import Any, Final, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from libs.contracts.values import Value
from libs.domain.duplicates import DuplicateRules
from libs.domain.grants import Grants, Operation, hidden_fields, row_filter, trimmed
from libs.domain.record import Record
from libs.domain.refusals import InvalidFields
from libs.store.documents import public, to_document, to_json
from libs.store.errors import answering
from libs.store.matching import alike
from libs.store.reach import query_of
from libs.store.store import Document
from libs.store.work import UnitOfWork
from libs.web.answers import json_response
from libs.web.drafting import drafted
from libs.web.duplicates.looking import MOST_CANDIDATES
from libs.web.executing import STORE
from libs.web.problems import under
from libs.web.requests import body_of, context_of, custom_fields_of, grants_of, parse
from libs.web.resource import Resource

R = TypeVar("R", bound=Record)

MOST_ANSWERED: Final = 20


class AskForDuplicates(Value):
    """The `id` of a record, or a `record` as a create would send it."""

    id: str | None = None
    record: dict[str, Any] | None = None


class AlikeBy(BaseModel):
    """A rule, its id and name, and how alike two records are by it: from 0 to 1."""

    rule: str
    name: str
    score: float


class Candidate(BaseModel):
    """A record that may be the same, as the caller sees it; `score` is the best of its rules."""

    id: str
    score: float
    rules: tuple[AlikeBy, ...]
    record: dict[str, Any]


class Candidates(BaseModel):
    """At most 20, the most alike first; among these, what is alike by more rules."""

    value: tuple[Candidate, ...]


class Asking(Generic[R]):
    """The route of one resource. The caller is told of what they may see, and by fields that they may see."""

    def __init__(self, resource: Resource[R]) -> None:
        self._resource = resource
        self._record = resource.record

    async def answer(self, request: web.Request) -> web.Response:
        asked = parse(await body_of(request), AskForDuplicates)
        document = await self._meant(request, asked)
        store, grants = request.app[STORE], grants_of(request)
        collection = self._resource.collection
        rules = store.duplicate_rules(collection).open_to(hidden_fields(grants, collection))
        found: list[Document] = []
        if keys := rules.keys(document):
            rows = query_of(row_filter(grants, collection, Operation.READ))
            found = await alike(store, collection, keys, rows, most=MOST_CANDIDATES)
        candidates = sorted(
            self._candidates(document, found, rules, grants), key=lambda each: (-each.score, -len(each.rules), each.id)
        )
        return json_response(to_json({"value": [each.model_dump() for each in candidates[:MOST_ANSWERED]]}))

    def _candidates(
        self, document: Document, found: list[Document], rules: DuplicateRules, grants: Grants
    ) -> Iterator[Candidate]:
        for other in found:
            matches = rules.matches(document, other) if other["_id"] != document["_id"] else ()
            if matches:
                alike_by = tuple(
                    AlikeBy(rule=each.rule.id, name=each.rule.name, score=round(each.score, 3)) for each in matches
                )
                score = max(each.score for each in alike_by)
                view = dict(trimmed(public(self._record, other), grants, self._resource.collection))
                yield Candidate(id=other["_id"], score=score, rules=alike_by, record=view)

    async def _meant(self, request: web.Request, asked: AskForDuplicates) -> Document:
        """The document that is asked about; raises `InvalidFields`, or `NotFound`."""
        work = UnitOfWork(request.app[STORE], context_of(request), rehearsing=True)
        match asked:
            case AskForDuplicates(id=str(id_), record=None):
                async with answering():
                    return to_document(await work.get_target(self._record, id_))
            case AskForDuplicates(id=None, record=dict(sent)):
                return await self._rehearsed(request, work, sent)
        raise InvalidFields.at("/id", "one_of", "send either an id or a record")

    async def _rehearsed(self, request: web.Request, work: UnitOfWork, sent: dict[str, Any]) -> Document:
        """The record as a create would write it, with what follows from the fields that were sent."""
        custom = custom_fields_of(request, self._resource.collection)
        with under("/record"):
            draft = drafted(self._record, to_json(sent), work.context.grants, custom)
            async with answering():
                record = await self._resource.create_record(work, draft)
        return work.changes[record.collection, record.id].after
