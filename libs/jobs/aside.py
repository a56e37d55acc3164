"""Timers left aside: their effect failed too often, and an operator decides what becomes of them."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict

from libs.domain.refusals import NotFound
from libs.jobs.leased import UNTRIED
from libs.jobs.timers import TIMERS
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.listing import find_page
from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.query.options import ListQuery
from libs.store.store import Document, Store


class Reason(StrEnum):
    EXHAUSTED = "exhausted"
    KILLED_THE_PROCESS = "killed_the_process"


_ASIDE: Final[Document] = {"free_at": None}
"""Nobody may take them; all others are free at some time. An index of the timers finds them."""


class AsideTimer(BaseModel):
    """What an operator sees of it. The id begins with the service's name; `error` is free of personal data."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    key: str
    due_at: datetime
    attempts: int
    reason: Reason
    error: str | None
    left_aside_at: datetime

    @classmethod
    def of(cls, service: str, document: Mapping[str, Any]) -> Self:
        named = urlsafe_b64encode(document["_id"].encode()).decode().rstrip("=")
        return cls.model_validate({**document, "id": f"{service}-{named}"})


@answering()
async def count(store: Store) -> int:
    return await store.collection(TIMERS).count_documents(_ASIDE)


QUERY_FIELDS: Final[QueryFields] = {
    name: QueryField(name, kind, sortable=True, searchable=False, choices=choices)
    for name, kind, choices in (
        ("kind", FieldKind.TEXT, ()),
        ("key", FieldKind.TEXT, ()),
        ("due_at", FieldKind.DATETIME, ()),
        ("reason", FieldKind.CHOICE, tuple(Reason)),
        ("left_aside_at", FieldKind.DATETIME, ()),
    )
}


async def page(store: Store, query: ListQuery) -> tuple[list[AsideTimer], int | None]:
    """One more than the page holds, if there are more, and the count of the whole list where it was asked for."""
    found, count = await find_page(store.collection(TIMERS), query, _ASIDE, without=("payload",))
    return [AsideTimer.of(store.service, document) for document in found], count


@answering()
async def find(store: Store, id: str) -> AsideTimer:
    """Raises `NotFound`."""
    document = await store.collection(TIMERS).find_one(_key(id), {"payload": 0})
    if document is None:
        raise _missing(id)
    return AsideTimer.of(store.service, document)


@answering()
async def retry(store: Store, id: str) -> None:
    """Lets it fire at once, with all its attempts before it; raises `NotFound`."""
    again: Document = {"$set": {**UNTRIED, "free_at": "$$NOW"}}
    result = await store.collection(TIMERS).update_one(
        _key(id), [again, {"$unset": ["left_aside_at", "reason", "error", "token"]}]
    )
    if not result.matched_count:
        raise _missing(id)
    store.tell_private(TIMERS, {"free_at": utc_now()})


@answering()
async def discard(store: Store, id: str) -> None:
    """Forgets it: what it was to do is never done. A schedule goes on with its next time. Raises `NotFound`."""
    if not (await store.collection(TIMERS).delete_one(_key(id))).deleted_count:
        raise _missing(id)


def _key(id: str) -> Document:
    encoded = id.partition("-")[2]
    try:
        return {"_id": urlsafe_b64decode(f"{encoded}{'=' * (-len(encoded) % 4)}").decode(), **_ASIDE}
    except (ValueError, binascii.Error):
        raise _missing(id) from None


def _missing(id: str) -> NotFound:
    return NotFound(f"no timer is left aside as {id}")
