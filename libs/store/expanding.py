"""Records beside those that point to them: a query per collection, however many records there are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from libs.domain.grants import Grants, Operation, row_filter, trimmed
from libs.store.documents import WITHOUT_PRIVATE, public
from libs.store.errors import answering
from libs.store.query.expansion import Expansion, Way
from libs.store.query.selection import trimmed as selected
from libs.store.reach import query_of
from libs.store.store import Store

View = Mapping[str, Any]


async def expanded(
    store: Store, views: Sequence[View], expansions: Sequence[Expansion], grants: Grants
) -> Sequence[View]:
    """For each view what `$expand` adds to it: by the name of the way a record, null, or a list of records."""
    additions: list[dict[str, Any]] = [{} for _ in views]
    for expansion in expansions:
        way = expansion.way
        ids = [_ids_in(view.get(way.field), way) for view in views]
        found = await _records(store, expansion, grants, {id_ for each in ids for id_ in each})
        for addition, wanted in zip(additions, ids, strict=True):
            records = [found[id_] for id_ in wanted if id_ in found]
            addition[way.name] = records if way.many else next(iter(records), None)
    return additions


def _ids_in(value: object, way: Way) -> list[str]:
    match value:
        case str():
            return [value]
        case {"collection": way.collection, "id": str(id_)}:
            return [id_]
        case list():
            return [id_ for each in value for id_ in _ids_in(each, way)]
    return []


async def _records(store: Store, expansion: Expansion, grants: Grants, ids: Iterable[str]) -> Mapping[str, View]:
    """The records of these ids that are there for the caller, by id."""
    wanted = sorted(ids)
    if not wanted:
        return {}
    name = expansion.way.collection
    record_type = next(record for record in store.records if record.collection == name)
    rows = query_of(row_filter(grants, name, Operation.READ))
    async with answering():
        cursor = store.collection(name).find({"_id": {"$in": wanted}, "_deleted": None, **rows}, WITHOUT_PRIVATE)
        documents = await cursor.to_list(len(wanted))
    views: Sequence[View] = [trimmed(public(record_type, document), grants, name) for document in documents]
    if expansion.select:
        views = selected(views, expansion.select)
    return {view["id"]: view for view in views}
