"""Which record a row means, by the key of its import."""

from collections.abc import Sequence
from typing import Any

from libs.domain.grants import Grants, Operation, row_filter
from libs.domain.refusals import FieldError
from libs.store.errors import answering
from libs.store.reach import query_of
from libs.store.store import Document, Store
from libs.web.imports import store as rows_store
from libs.web.imports.model import Import, ImportMode
from libs.web.imports.preparing import Prepared
from libs.web.resource import Resource


class Matching:
    """Finds the records that the caller may see. No two rows of a file mean the same one: the later is refused."""

    def __init__(
        self, store: Store, resource: Resource[Any], found: Import, grants: Grants, *, rehearsing: bool
    ) -> None:
        self._store = store
        self._collection = resource.collection
        self._import = found
        self._rows = query_of(row_filter(grants, resource.collection, Operation.READ))
        self._rehearsing = rehearsing
        self._seen: dict[str, int] = {}

    async def of(self, prepared: Sequence[Prepared]) -> dict[int, str | FieldError]:
        """By row, the id of the record that it means, or why it cannot be told; nothing for a new record."""
        key = self._import.key
        if key is None:
            return {}
        keyed = {each.row: each.key for each in prepared if each.key is not None and not each.errors}
        found = await self._found(key, set(keyed.values()))
        earlier = await self._made_before({id_ for ids in found.values() for id_ in ids})
        matches: dict[int, str | FieldError] = {}
        for row, value in keyed.items():
            ids, first = found.get(value, []), self._seen.setdefault(value, row)
            before = next((earlier[id_] for id_ in ids if id_ in earlier), first)
            if (match := self._match(key, ids, row, before)) is not None:
                matches[row] = match
        return matches

    def _match(self, key: str, ids: Sequence[str], row: int, before: int) -> str | FieldError | None:
        if before != row:
            return FieldError(f"/{key}", "repeated_key", f"row {before} has the same {key}")
        if len(ids) > 1:
            return FieldError(f"/{key}", "ambiguous_key", f"{len(ids)} records have this {key}")
        if ids and self._import.mode is ImportMode.CREATE:
            return FieldError(f"/{key}", "exists", f"a record has this {key} already")
        if not ids and key == "id":
            return FieldError("/id", "unknown_record", "no record has this id")
        return ids[0] if ids else None

    @answering()
    async def _found(self, key: str, values: set[str]) -> dict[str, list[str]]:
        name = "_id" if key == "id" else key
        query: Document = {name: {"$in": sorted(values)}, "_deleted": None, **self._rows}
        found: dict[str, list[str]] = {}
        for each in await self._store.collection(self._collection).find(query, {name: 1}).to_list(None):
            found.setdefault(each[name], []).append(each["_id"])
        return found

    async def _made_before(self, ids: set[str]) -> dict[str, int]:
        """Which of these records this import has made or changed, and by which row."""
        if self._rehearsing or not ids:
            return {}
        made = {id_: row for id_ in ids if (row := self._import.row_of(id_)) is not None}
        return made | await rows_store.changed_records(self._store, self._import.id, ids - made.keys())
