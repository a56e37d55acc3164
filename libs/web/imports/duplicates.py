"""The rows that are like records which are there, or like rows before them, and are made records of nevertheless."""

from typing import Final

from aiohttp import web
from pydantic import BaseModel

from libs.domain.refusals import InvalidFields
from libs.web.answers import json_response
from libs.web.duplicates.noticing import DuplicateWarning
from libs.web.executing import STORE
from libs.web.imports import store
from libs.web.imports.model import Import

PAGE_OPTIONS: Final = {"after": "the row that the page before ended with"}
_MOST: Final = 200


class RowDuplicates(BaseModel):
    row: int
    duplicates: tuple[DuplicateWarning, ...]


class RowDuplicatesPage(BaseModel):
    """At most 200 rows, in the order of the file; `next` is the `after` of the next page, null on the last."""

    value: tuple[RowDuplicates, ...]
    next: int | None


async def duplicates_of(request: web.Request, found: Import) -> web.Response:
    after = request.query.get("after", "0")
    if not after.isdecimal():
        raise InvalidFields.at("after", "wrong_type", "the number of a row")
    rows = await store.duplicates(request.app[STORE], found.id, after=int(after), limit=_MOST)
    page = RowDuplicatesPage(
        value=tuple(RowDuplicates.model_validate(each) for each in rows),
        next=rows[-1]["row"] if len(rows) == _MOST else None,
    )
    return json_response(page.model_dump_json().encode())
