"""A service's part of an export: a file in JSON for each collection, kept for some days."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from libs.contracts.privacy import Found, Person
from libs.domain.record import Index, Record
from libs.privacy.finding import Portable, paths_of
from libs.privacy.tasks import Order
from libs.store.clock import utc_now
from libs.store.documents import public, to_json
from libs.store.files import Files
from libs.store.scanning import each_in
from libs.store.store import Document, Store

PARTS: Final = "privacy_parts"
KEPT: Final = timedelta(days=7)
INDEXES: Final = {f"{PARTS}.files": (Index(("uploadDate",)),)}


def part_id(service: str, task_id: str, collection: str) -> str:
    return f"{service}-{task_id}.{collection}"


async def write_parts(store: Store, order: Order, portable: Sequence[Portable]) -> list[Found]:
    """Writes the files anew; tells what they hold."""
    found = []
    with TemporaryDirectory(prefix="tandem-privacy-") as folder:
        for collection, documents in _all(store, order.person, portable):
            path = Path(folder) / collection
            if count := await _write(path, documents):
                await Files(store, PARTS).replace(part_id(store.service, order.task_id, collection), path)
                found.append(Found(collection=collection, count=count))
    return found


def _all(store: Store, person: Person, portable: Sequence[Portable]) -> Sequence[tuple[str, AsyncIterator[bytes]]]:
    records = [(each.collection, _records(store, each, person)) for each in store.records if paths_of(each)]
    return [*records, *((each.collection, _documents(store, each, person)) for each in portable)]


async def _records(store: Store, record_type: type[Record], person: Person) -> AsyncIterator[bytes]:
    under = f"{record_type.collection}/"
    ids = [each.removeprefix(under) for each in person.records if each.startswith(under)]
    async for document in each_in(store, record_type.collection, "_id", ids):
        yield to_json(public(record_type, document))


async def _documents(store: Store, portable: Portable, person: Person) -> AsyncIterator[bytes]:
    async for document in each_in(store, portable.collection, portable.field, portable.named(person)):
        yield _told(document)


def _told(document: Document) -> bytes:
    """An event of the journal is handed out as it was announced."""
    body = document.get("body")
    return body if isinstance(body, bytes) else to_json({"id": document.pop("_id"), **document})


async def _write(path: Path, documents: AsyncIterator[bytes]) -> int:
    count = 0
    with path.open("wb") as file:
        async for document in documents:
            file.write(b",\n" if count else b"[\n")
            file.write(document)
            count += 1
        file.write(b"\n]\n")
    return count


async def forget_parts(store: Store) -> None:
    """Deletes what has been kept long enough."""
    await Files(store, PARTS).forget(utc_now() - KEPT)
