"""A service's part of an export: JSON for each collection, and a ZIP of the files beside it; kept for some days."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

from libs.contracts.privacy import Found, Person
from libs.domain.record import Index, Record
from libs.domain.refusals import NotFound
from libs.privacy.finding import Portable, paths_of
from libs.privacy.tasks import Order
from libs.store.attached import RecordFiles
from libs.store.clock import utc_now
from libs.store.documents import public, to_json
from libs.store.files import Files
from libs.store.scanning import each_in
from libs.store.store import Document, Store

PARTS: Final = "privacy_parts"
KEPT: Final = timedelta(days=7)
_SEPARATORS: Final = re.compile(r"[/\\\x00-\x1f]")
INDEXES: Final = {f"{PARTS}.files": (Index(("uploadDate",)),)}


def part_id(service: str, task_id: str, collection: str) -> str:
    return f"{service}-{task_id}.{collection}"


async def write_parts(
    store: Store, order: Order, portable: Sequence[Portable], files: Sequence[RecordFiles] = ()
) -> list[Found]:
    """Writes the parts anew; tells what they hold."""
    found, parts = [], Files(store, PARTS)
    with TemporaryDirectory(prefix="tandem-privacy-") as folder:
        for collection, documents in _all(store, order.person, portable):
            path = Path(folder) / collection
            if count := await _write(path, documents):
                await parts.replace(part_id(store.service, order.task_id, collection), path)
                found.append(Found(collection=collection, count=count))
        for each in files:
            path = Path(folder) / each.bucket
            if count := await _pack(path, _files(store, each, order.person)):
                await parts.replace(part_id(store.service, order.task_id, each.bucket), path)
                found.append(Found(collection=each.bucket, count=count, files=True))
    return found


def _all(store: Store, person: Person, portable: Sequence[Portable]) -> Sequence[tuple[str, AsyncIterator[bytes]]]:
    records = [(each.collection, _records(store, each, person)) for each in store.records if paths_of(each)]
    return [*records, *((each.collection, _documents(store, each, person)) for each in portable)]


async def _records(store: Store, record_type: type[Record], person: Person) -> AsyncIterator[bytes]:
    async for document in each_in(store, record_type.collection, "_id", person.ids_in(record_type.collection)):
        yield to_json(public(record_type, document))


async def _documents(store: Store, portable: Portable, person: Person) -> AsyncIterator[bytes]:
    async for document in each_in(store, portable.collection, portable.field, portable.named(person)):
        yield _told(document)


def _told(document: Document) -> bytes:
    """An event of the journal is handed out as it was announced."""
    body = document.get("body")
    return body if isinstance(body, bytes) else to_json({"id": document.pop("_id"), **document})


async def _files(store: Store, files: RecordFiles, person: Person) -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
    """Those of the person's records, each with its path in the ZIP: a folder for each record."""
    kept = Files(store, files.bucket)
    async for document in each_in(store, files.collection, "_id", person.ids_in(files.collection)):
        if files.whole is not None:
            yield f"{document['_id']}/{files.whole}", kept.pieces(document["_id"])
            continue
        for number, file in enumerate(document.get("attachments", ()), 1):
            name = _SEPARATORS.sub("_", file["name"])
            yield f"{document['_id']}/{number} {name}", kept.pieces(file["id"])


async def _pack(path: Path, files: AsyncIterator[tuple[str, AsyncIterator[bytes]]]) -> int:
    """Without files that are gone, such as one in which somebody else stood who was erased."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        async for name, pieces in files:
            with suppress(NotFound):
                piece = await anext(pieces, b"")
                with archive.open(name, "w", force_zip64=True) as entry:
                    while piece:
                        await asyncio.to_thread(entry.write, piece)
                        piece = await anext(pieces, b"")
        return len(archive.namelist())


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
