"""Sets databases back to a backup. A restore that was interrupted is run again; until then no service starts on it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bson.raw_bson import RawBSONDocument

from libs.domain.refusals import Refusal
from libs.store.backups import marks
from libs.store.backups.files import KeptService, Manifest, Unsound, file_of, portions, verify
from libs.store.backups.marks import Restored
from libs.store.backups.taking import LEFT_OUT, Report
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.mongo import DURABLE, RAW, Client, Database, connect, database

_PATIENCE: Final = 60_000
_HELD: Final = {"holder": {"$ne": None}, "$expr": {"$gt": ["$expires_at", "$$NOW"]}}


class ServiceRuns(Refusal):
    """A copy of the service works on the database that is to be set back."""

    code = "service_runs"


async def verify_backup(directory: Path, services: Sequence[str], report: Report) -> Manifest:
    """Reads everything once; raises `Unsound`."""
    manifest = Manifest.read(directory)
    for service in services or manifest.services:
        for name, kept in _wanted(manifest, service).collections.items():
            await asyncio.to_thread(verify, file_of(directory, service, name), kept)
            report(service, kept.documents)
    return manifest


async def restore_backup(
    url: str, names: Sequence[tuple[str, str]], directory: Path, report: Report
) -> Mapping[str, Restored]:
    """Sets the databases of services back, given by the names of both; what came after the backup is gone.

    The backup is to be verified before. Raises `ServiceRuns` while none is touched, `Unsound` or `Unavailable`.
    """
    manifest = Manifest.read(directory)
    client = connect(url, timeout_ms=_PATIENCE)
    try:
        async with answering():
            epochs = await _close(client, names, manifest)
            return {
                service: await _Restore(database(client, name), directory, service, report).run(
                    _wanted(manifest, service), epochs[service], manifest.taken_at
                )
                for service, name in names
            }
    finally:
        client.close()


def _wanted(manifest: Manifest, service: str) -> KeptService:
    if service not in manifest.services:
        raise Unsound(f"the backup has no {service}, only {', '.join(sorted(manifest.services))}")
    return manifest.services[service]


async def _close(client: Client, names: Sequence[tuple[str, str]], manifest: Manifest) -> dict[str, int]:
    """Lets no service start on these databases from now on; raises `ServiceRuns` where one is there already."""
    own = {service: database(client, name) for service, name in names}
    kept = {service: _wanted(manifest, service) for service in own}
    await _refuse_running(own)
    interrupted = {service for service in own if await marks.is_under_way(own[service])}
    epochs = {
        service: await marks.begin_restore(own[service], kept_epoch=kept[service].epoch, at=utc_now())
        for service in own
    }
    try:
        await _refuse_running(own)  # one that was just starting has its lease by now, or has met the mark
    except ServiceRuns:
        for service in own.keys() - interrupted:
            await marks.give_up_restore(own[service])
        raise
    return epochs


async def _refuse_running(databases: Mapping[str, Database]) -> None:
    for service, own in databases.items():
        if await own["leases"].find_one(_HELD):
            raise ServiceRuns(f"{service} runs: stop all its copies, and wait ten seconds if one was killed")


class _Restore:
    """The way back of one database."""

    def __init__(self, own: Database, directory: Path, service: str, report: Report) -> None:
        self._own = own
        self._directory = directory
        self._service = service
        self._report = report

    async def run(self, kept: KeptService, epoch: int, taken_at: datetime) -> Restored:
        for name in await self._own.list_collection_names():
            if name not in LEFT_OUT and not name.startswith("system."):
                await self._own.drop_collection(name)
        for name in kept.collections:
            await self._fill(name)
        for name, wanted in kept.collections.items():
            if (found := await self._own[name].estimated_document_count()) != wanted.documents:
                raise Unsound(f"{self._service}.{name} has {found} documents after all, not {wanted.documents}")
        restored = Restored(epoch, taken_at, restored_at=utc_now())
        await marks.end_restore(self._own, restored)
        return restored

    async def _fill(self, name: str) -> None:
        await self._own.create_collection(name)
        target: Any = self._own.get_collection(name, codec_options=RAW, write_concern=DURABLE)
        source = portions(file_of(self._directory, self._service, name))
        while portion := await asyncio.to_thread(_next, source):
            await target.insert_many([RawBSONDocument(each) for each in portion], ordered=False)
            self._report(self._service, len(portion))


def _next(source: Iterator[list[bytes]]) -> list[bytes] | None:
    return next(source, None)
