"""Takes a backup of running services: all of them as they were at one moment, while they go on.

Every read is of one snapshot of the database, so what belongs together is together, across services as well.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Final

from pymongo.errors import OperationFailure

from libs.store.backups.files import KeptCollection, KeptService, Manifest, Writing, file_of, index_names, require_empty
from libs.store.backups.marks import META, read_epoch
from libs.store.errors import answering
from libs.store.mongo import Client, Collection, Database, Session, connect, database

LEFT_OUT: Final = frozenset({META, "leases"})
"""Collections that say something of a database rather than belong to what it keeps."""

HISTORY: Final = 3600
"""Seconds within which a backup must end: the database keeps its past for that long meanwhile."""

_PARAMETER: Final = "minSnapshotHistoryWindowInSeconds"
_PATIENCE: Final = 60_000
_TOGETHER: Final = 1000

Report = Callable[[str, int], None]
"""Called with a service and the documents of it that are done since the last call."""


class TooSlow(Exception):
    """The database has forgotten the moment of the backup before it was complete."""


async def take_backup(
    url: str, names: Sequence[tuple[str, str]], directory: Path, report: Report, *, history: int = HISTORY
) -> Manifest:
    """Saves databases, given by the names of services and of their databases.

    Raises `Unsound` where the directory holds something, `TooSlow`, `RestoreUnderWay` or `Unavailable`.
    """
    require_empty(directory)
    client = connect(url, timeout_ms=_PATIENCE)
    try:
        async with (
            answering(),
            _soon_enough(),
            _past_kept(client, history),
            await client.start_session(snapshot=True) as session,
        ):
            hello = await client.admin.command("hello")
            build = await client.admin.command("buildInfo")
            taking = _Taking(session, directory, report)
            services = {service: await taking.keep(database(client, name), service) for service, name in names}
            manifest = Manifest(
                taken_at=hello["localTime"].astimezone(UTC),
                cluster_time=f"{hello['operationTime'].time}.{hello['operationTime'].inc}",
                server=build["version"],
                services=services,
            )
    finally:
        client.close()
    manifest.write(directory)
    return manifest


async def counted(url: str, names: Sequence[tuple[str, str]]) -> dict[str, int]:
    """About how many documents each service has; raises `Unavailable`."""
    client = connect(url, timeout_ms=_PATIENCE)
    try:
        async with answering():
            return {service: await _count(database(client, name)) for service, name in names}
    finally:
        client.close()


async def _count(own: Database) -> int:
    return sum([await own[name].estimated_document_count() for name in await _collections(own)])


async def _collections(own: Database) -> list[str]:
    wanted = {"type": "collection", "name": {"$not": {"$regex": r"^system\."}, "$nin": sorted(LEFT_OUT)}}
    return sorted(await own.list_collection_names(filter=wanted))


@dataclass(frozen=True, slots=True)
class _Taking:
    """One snapshot of the whole server, and where it is written to."""

    session: Session
    directory: Path
    report: Report

    async def keep(self, own: Database, service: str) -> KeptService:
        epoch = await read_epoch(own)
        kept = {name: await self._keep_collection(own[name], service) for name in await _collections(own)}
        return KeptService(epoch=epoch, collections=kept)

    async def _keep_collection(self, source: Collection, service: str) -> KeptCollection:
        """Documents as the server sends them: nothing is decoded."""
        with Writing(file_of(self.directory, service, source.name)) as writing:
            before = 0
            async for batch in source.find_raw_batches({}, session=self.session, batch_size=_TOGETHER):
                await asyncio.to_thread(writing.add, batch)
                self.report(service, writing.documents - before)
                before = writing.documents
            indexes = index_names(await source.index_information())
            return await asyncio.to_thread(writing.kept, indexes)


_FORGOTTEN: Final = frozenset({239, 246})
"""SnapshotTooOld, SnapshotUnavailable."""


@asynccontextmanager
async def _soon_enough() -> AsyncIterator[None]:
    try:
        yield
    except OperationFailure as failure:
        if failure.code in _FORGOTTEN:
            raise TooSlow("the database no longer knows the moment of this backup") from failure
        raise


@asynccontextmanager
async def _past_kept(client: Client, seconds: int) -> AsyncIterator[None]:
    """Has the database keep its past for at least so long meanwhile, where this user may ask for that."""
    try:
        known = (await client.admin.command({"getParameter": 1, _PARAMETER: 1}))[_PARAMETER]
        if known < seconds:
            await client.admin.command({"setParameter": 1, _PARAMETER: seconds})
    except OperationFailure:  # not allowed, as on a database that others run: then it must be long enough
        yield
        return
    try:
        yield
    finally:
        if known < seconds:
            await client.admin.command({"setParameter": 1, _PARAMETER: known})
