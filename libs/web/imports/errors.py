"""The rows with which nothing could be done: a page of them, or the file to mend and import again."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel

from libs.domain.refusals import FieldError, InvalidFields
from libs.store.store import Store
from libs.tables.cells import Cell
from libs.web.answers import json_response
from libs.web.executing import STORE
from libs.web.exporting import Table, format_in, send
from libs.web.imports import store
from libs.web.imports.model import Import

ERROR_OPTIONS: Final = {
    "format": "json (the default), or csv or xlsx for a file with the rows as they were and a column that says why",
    "after": "the row that the page before ended with",
}
ERROR_COLUMN: Final = "error"
_MOST: Final = 200
_BATCH: Final = 500


class RowError(BaseModel):
    """`pointer` names the field, `column` where it stands in the file."""

    pointer: str
    column: str | None
    code: str
    detail: str


class RowErrors(BaseModel):
    """One row; its number is as a spreadsheet counts. In an undo, the record that was left as it is."""

    row: int
    cells: tuple[str, ...]
    record_id: str | None
    errors: tuple[RowError, ...]


class RowErrorsPage(BaseModel):
    """At most 200 rows, in the order of the file; `next` is the `after` of the next page, null on the last."""

    value: tuple[RowErrors, ...]
    next: int | None


async def errors_of(request: web.Request, found: Import) -> web.StreamResponse:
    if request.query.get("format", "json") == "json":
        return await _page(request, found)
    format_ = format_in(request)
    kept = [place for place, title in enumerate(found.columns) if title != ERROR_COLUMN]
    titles = [*(found.columns[place] for place in kept), ERROR_COLUMN]
    rows = _rows(request.app[STORE], found, kept)
    delimiter = found.file.delimiter or ","
    return await send(request, format_, Table(f"{found.collection}-errors", titles, rows, delimiter))


async def _page(request: web.Request, found: Import) -> web.Response:
    after = request.query.get("after", "0")
    if not after.isdecimal():
        raise InvalidFields.at("after", "wrong_type", "the number of a row")
    rows = await store.bad_rows(request.app[STORE], found.id, after=int(after), limit=_MOST)
    shown = tuple(
        RowErrors(
            row=each.row,
            cells=each.cells,
            record_id=each.record_id,
            errors=tuple(_shown(found, error) for error in each.errors),
        )
        for each in rows
    )
    page = RowErrorsPage(value=shown, next=rows[-1].row if len(rows) == _MOST else None)
    return json_response(page.model_dump_json().encode())


def _shown(found: Import, error: FieldError) -> RowError:
    return RowError(pointer=error.pointer, column=column_of(found, error), code=error.code, detail=error.detail)


def column_of(found: Import, error: FieldError) -> str | None:
    """The column that fills the field that the error is about, or a part of which it fills."""
    rules = found.mapping.fields
    name = error.pointer.strip("/").replace("/", ".")
    candidates = [
        rule.column for field, rule in rules.items() if name and (field == name or name.startswith(f"{field}."))
    ]
    return candidates[0] if candidates else None


async def _rows(found_in: Store, found: Import, kept: Sequence[int]) -> AsyncGenerator[list[list[Cell]], None]:
    after = 0
    while rows := await store.bad_rows(found_in, found.id, after=after, limit=_BATCH):
        yield [[*(_at(each.cells, place) for place in kept), _told(found, each.errors)] for each in rows]
        after = rows[-1].row


def _at(cells: Sequence[Any], place: int) -> Cell:
    return cells[place] if place < len(cells) else None


def _told(found: Import, errors: Sequence[FieldError]) -> str:
    """`Mail: not an address; Born: there is no such day`."""
    return "; ".join(f"{column_of(found, each) or each.pointer or 'row'}: {each.detail}" for each in errors)
