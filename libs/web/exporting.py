"""`GET /api/v1/<collection>/export`: the whole of a list as a file, in bounded memory."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Final

from aiohttp import web

from libs.domain.record import Record
from libs.domain.refusals import FieldError, InvalidFields, Refusal, TooLarge
from libs.store.clock import utc_now
from libs.store.query.fields import QueryFields
from libs.store.query.options import ListQuery, parse_list_query
from libs.store.query.refusals import InvalidQuery
from libs.store.reading import count_up_to, read_all
from libs.tables.cells import Cell, row_of
from libs.tables.columns import Column, selected
from libs.tables.csv_writing import csv_rows
from libs.tables.formats import CONTENT_TYPES, FileFormat
from libs.tables.xlsx_writing import XlsxFile
from libs.telemetry.logs import logger
from libs.web.executing import STORE
from libs.web.requests import custom_fields_of, fields_open_to, grants_of

MOST_XLSX_ROWS: Final = 100_000
"""A workbook is sent when its last row is written; more would keep the caller waiting without a sign of life."""

EXPORT_OPTIONS: Final = {
    "format": "csv (the default) or xlsx",
    "$filter": "OData v4 filter over the declared fields",
    "$orderby": "fields to sort by, each with asc or desc",
    "$select": "fields to write, in this order",
    "$search": "words to look for",
}
_OF_PAGES: Final = frozenset({"$top", "$skip", "$count"})
_BATCH: Final = 100
_PIECE: Final = 256 * 1024
_PATIENCE: Final = 60.0
"""Seconds that a reader may take for one piece."""

_WORKBOOKS_AT_ONCE: Final = 2
WORKBOOKS: Final = web.AppKey("workbooks", asyncio.Semaphore)

_log = logger()


class TooManyRows(TooLarge):
    code: ClassVar[str] = "too_many_rows"


@dataclass(frozen=True, slots=True)
class Table:
    """What is to be sent: a name for the file, its columns, and the rows some at a time."""

    name: str
    titles: Sequence[str]
    rows: AsyncGenerator[list[list[Cell]], None]
    delimiter: str = ","


def workbooks() -> asyncio.Semaphore:
    """How many workbooks one process writes at once."""
    return asyncio.Semaphore(_WORKBOOKS_AT_ONCE)


def format_in(request: web.Request) -> FileFormat:
    given = request.query.get("format", FileFormat.CSV.value)
    try:
        return FileFormat(given)
    except ValueError:
        raise InvalidFields.at("format", "unknown_format", f"one of {', '.join(FileFormat)}") from None


async def export(request: web.Request, record_type: type[Record]) -> web.StreamResponse:
    """Everything that the caller could page through. Raises `TooManyRows`, `InvalidQuery` or `InvalidFields`."""
    format_ = format_in(request)
    store, grants = request.app[STORE], grants_of(request)
    fields = fields_open_to(request, record_type)
    query, custom = _query(request, fields), custom_fields_of(request, record_type.collection)
    most = MOST_XLSX_ROWS if format_ is FileFormat.XLSX else 0
    # Asked before the answer begins: a database that does not answer is a 503, not a file that breaks off.
    count = await count_up_to(store, record_type, query, grants, most=most + 1)
    if format_ is FileFormat.XLSX and count > most:
        raise TooManyRows(f"a workbook has at most {most:,} rows; narrow the filter, or take csv")
    columns = [each for each in selected(record_type, query.select, custom) if each.path[0] in fields]
    rows = _rows(read_all(store, record_type, query, grants, batch=_BATCH), columns)
    return await send(request, format_, Table(record_type.collection, [each.title for each in columns], rows))


def _query(request: web.Request, fields: QueryFields) -> ListQuery:
    paging = [name for name in request.query if f"${name.removeprefix('$')}" in _OF_PAGES]
    if paging:
        raise InvalidQuery.of([FieldError(name, "unknown_option", "an export has no pages") for name in paging])
    return parse_list_query(request.query.items(), fields, now=utc_now(), also=("format",))


async def _rows(
    views: AsyncGenerator[list[Mapping[str, Any]], None], columns: Sequence[Column]
) -> AsyncGenerator[list[list[Cell]], None]:
    async with aclosing(views):
        async for some in views:
            yield [row_of(columns, view) for view in some]


async def send(request: web.Request, format_: FileFormat, table: Table) -> web.StreamResponse:
    """Streams the table. If it breaks off, so does the connection: nobody takes half a file for a whole one."""
    file_name = f"{table.name}-{utc_now():%Y-%m-%d}.{format_}"
    headers = {
        "Content-Type": CONTENT_TYPES[format_],
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "Cache-Control": "no-store",
    }
    response = web.StreamResponse(headers=headers)
    pieces = _csv(table) if format_ is FileFormat.CSV else _xlsx(table, request.app[WORKBOOKS])
    await response.prepare(request)
    try:
        async with aclosing(pieces), aclosing(table.rows):
            async for piece in pieces:
                async with asyncio.timeout(_PATIENCE):
                    await response.write(piece)
        await response.write_eof()
    except (Refusal, OSError, TimeoutError) as error:
        _log.warning("export_cut_off", file=file_name, error=error)
        _cut(request)
    except BaseException:
        _cut(request)
        raise
    return response


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _csv(table: Table) -> AsyncGenerator[bytes, None]:
    yield csv_rows([table.titles], delimiter=table.delimiter)
    async for rows in table.rows:
        yield csv_rows(rows, delimiter=table.delimiter)


async def _xlsx(table: Table, turns: asyncio.Semaphore) -> AsyncGenerator[bytes, None]:
    """The workbook is written to disk in a thread, then sent."""
    async with turns:
        with TemporaryDirectory(prefix="tandem-export-") as folder:
            path = Path(folder) / "table.xlsx"
            workbook = XlsxFile(path, table.name, table.titles)
            try:
                async for rows in table.rows:
                    await asyncio.to_thread(workbook.append, rows)
            finally:
                await asyncio.to_thread(workbook.close)
            with path.open("rb") as file:
                while piece := await asyncio.to_thread(file.read, _PIECE):
                    yield piece
