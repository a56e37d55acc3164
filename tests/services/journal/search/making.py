"""Entries, events and searches as tests write them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from libs.contracts.envelope import Envelope
from libs.domain.grants import EVERYTHING
from libs.domain.words import plain
from services.journal.search.entries import BY_COLLECTION, Entry
from services.journal.search.index import Result, SearchIndex
from services.journal.search.sight import Sight, sights_of
from services.journal.search.words import terms_in
from tests.support.events import envelope
from tests.support.waiting import eventually

Search = Callable[..., Awaitable[dict[str, Any]]]

ALL = sights_of(EVERYTHING, BY_COLLECTION)


def entry(
    id_: str,
    name: str,
    *,
    collection: str = "contacts",
    newness: int = 1,
    at: int = 1_790_000_000,
    access: Sequence[str] = (),
    **others: str,
) -> Entry:
    """A record that is called by its name; without one it is gone."""
    titles = {"full_name": plain(name)} if name else {}
    return Entry(f"{collection}/{id_}", newness, at, tuple(access), titles, others)


def index_of(*entries: Entry) -> SearchIndex:
    index = SearchIndex()
    index.apply(entries)
    return index


def find(index: SearchIndex, text: str, *, sights: Sequence[Sight] = ALL, top: int = 20) -> Result:
    return index.find(terms_in(plain(text)), sights, top=top)


def ids(index: SearchIndex, text: str, *, sights: Sequence[Sight] = ALL, top: int = 20) -> list[str]:
    return [found.id for found in find(index, text, sights=sights, top=top).best]


def contact(name: str, *, id_: str, verb: str = "updated", sequence: int = 1, **record: Any) -> Envelope:
    return envelope(f"sales.contact.{verb}", "contacts", {"id": id_, "full_name": name, **record}, sequence=sequence)


async def found(search: Search, q: str, count: int, **options: Any) -> dict[str, Any]:
    """The answer once so many are found."""

    async def ask() -> dict[str, Any] | None:
        answer = await search(q, **options)
        return answer if answer["@odata.count"] == count else None

    return await eventually(ask)
