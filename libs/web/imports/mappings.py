"""Mappings that are kept under a name, for the next file of the same kind; whoever imports there may use them."""

from datetime import datetime
from hashlib import blake2b

from aiohttp import web
from pydantic import BaseModel

from libs.contracts.values import Value
from libs.domain.fields import Line
from libs.domain.grants import Operation, may
from libs.domain.refusals import InvalidFields, NotFound
from libs.store.errors import answering
from libs.store.listing import find_page
from libs.store.requests import Answer
from libs.store.store import Document, Store
from libs.store.work import UnitOfWork
from libs.tables.mapping import ImportMapping
from libs.web.access import require
from libs.web.answers import json_response
from libs.web.api import Route, Rule
from libs.web.executing import STORE, execute
from libs.web.imports.settings import RESOURCES
from libs.web.imports.store import MAPPING_FIELDS, MAPPINGS
from libs.web.listing import list_query_of, list_response
from libs.web.requests import body_of, grants_of, parse


class SaveMapping(Value):
    """What is kept; one that has this name in the collection already is replaced."""

    name: Line
    collection: Line
    mapping: ImportMapping


class SavedMapping(BaseModel):
    id: str
    name: str
    collection: str
    mapping: ImportMapping
    saved_at: datetime
    saved_by: str | None

    @classmethod
    def of(cls, document: Document) -> "SavedMapping":
        return cls.model_validate({"id": document["_id"], **document})


@answering()
async def by_name(store: Store, collection: str, name: str) -> ImportMapping:
    """Raises `InvalidFields` where none is kept under the name."""
    document = await store.collection(MAPPINGS).find_one({"_id": _id(store, collection, name)})
    if document is None:
        raise InvalidFields.at("/mapping", "unknown_mapping", f"no mapping for {collection} has this name")
    return SavedMapping.of(document).mapping


async def save_mapping(request: web.Request) -> web.Response:
    body = await body_of(request)
    wanted = parse(body, SaveMapping)
    if wanted.collection not in request.app[RESOURCES]:
        raise InvalidFields.at("/collection", "unknown_collection", "nothing is imported there")
    require(grants_of(request), wanted.collection, Operation.CREATE)

    async def command(work: UnitOfWork) -> Answer:
        saved = SavedMapping(
            id=_id(work.store, wanted.collection, wanted.name),
            saved_at=work.now,
            saved_by=work.context.actor_id,
            **wanted.__dict__,
        )
        work.overwrite(MAPPINGS, {"_id": saved.id, **saved.model_dump(exclude={"id"})})
        return Answer(201, saved.model_dump_json().encode(), {"Location": f"/api/v1/import_mappings/{saved.id}"})

    return await execute(request, command, body=body)


async def list_mappings(request: web.Request) -> web.Response:
    query, store, grants = list_query_of(request, MAPPING_FIELDS), request.app[STORE], grants_of(request)
    importable = [name for name in request.app[RESOURCES] if may(grants, name, Operation.CREATE)]
    async with answering():
        found, count = await find_page(store.collection(MAPPINGS), query, {"collection": {"$in": importable}})
    return list_response(request, query, [SavedMapping.of(each) for each in found], count)


async def read_mapping(request: web.Request) -> web.Response:
    return json_response((await _found(request)).model_dump_json().encode())


async def forget_mapping(request: web.Request) -> web.Response:
    found = await _found(request)

    async def command(work: UnitOfWork) -> Answer:
        work.drop(MAPPINGS, found.id)
        return Answer(204, b"", {})

    return await execute(request, command)


async def _found(request: web.Request) -> SavedMapping:
    mapping_id = request.match_info["id"]
    async with answering():
        document = await request.app[STORE].collection(MAPPINGS).find_one({"_id": mapping_id})
    if document is None or not may(grants_of(request), document["collection"], Operation.CREATE):
        raise NotFound(f"no mapping has the id {mapping_id}")
    return SavedMapping.of(document)


def _id(store: Store, collection: str, name: str) -> str:
    """Told by the name, so that there is one of each."""
    return f"{store.service}-{blake2b(f'{collection}/{name}'.encode(), digest_size=16).hexdigest()}"


def mapping_routes() -> list[Route]:
    base, one = "/api/v1/import_mappings", "/api/v1/import_mappings/{id}"
    create, read = Rule("imports", Operation.CREATE), Rule("imports", Operation.READ)
    return [
        Route("GET", base, list_mappings, read, "List saved mappings", answer=SavedMapping, lists=True),
        Route("POST", base, save_mapping, create, "Save a mapping", SaveMapping, SavedMapping, status=201),
        Route("GET", one, read_mapping, read, "Read a saved mapping", answer=SavedMapping),
        Route("DELETE", one, forget_mapping, create, "Forget a saved mapping", status=204),
    ]
