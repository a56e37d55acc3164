"""Files that lie beside records, in GridFS: whole, immutable, by ids that their owners give."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from gridfs.errors import NoFile
from motor.motor_asyncio import AsyncIOMotorGridFSBucket, AsyncIOMotorGridOut

from libs.domain.refusals import NotFound
from libs.store.errors import answering
from libs.store.store import Store

_PIECE: Final = 1024 * 1024


class Files:
    """The files of one kind. Every method raises `Unavailable` where the database does not answer."""

    def __init__(self, store: Store, bucket: str) -> None:
        self._files = store.collection(f"{bucket}.files")
        self._bucket = AsyncIOMotorGridFSBucket(store.database, bucket_name=bucket)

    @answering()
    async def keep(self, file_id: str, path: Path) -> None:
        """Stores what lies at `path`; nothing of it where that breaks off."""
        upload = self._bucket.open_upload_stream_with_id(file_id, path.name)
        try:
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    await upload.write(piece)
            await upload.close()
        except BaseException:
            await upload.abort()
            raise

    @answering()
    async def put(self, file_id: str, content: bytes) -> None:
        """Stores these bytes, in the place of the file of this id, if there is one."""
        with suppress(NoFile):
            await self._bucket.delete(file_id)
        upload = self._bucket.open_upload_stream_with_id(file_id, file_id)
        try:
            await upload.write(content)
            await upload.close()
        except BaseException:
            await upload.abort()
            raise

    async def read(self, file_id: str) -> bytes:
        """The whole file; raises `NotFound`."""
        return b"".join([piece async for piece in self.pieces(file_id)])

    async def replace(self, file_id: str, path: Path) -> None:
        """As `keep`, in place of the file of this id, if there is one."""
        await self.drop(file_id)
        await self.keep(file_id, path)

    @answering()
    async def drop(self, file_id: str) -> None:
        """Deletes the file, or what an upload that broke off has left of it."""
        with suppress(NoFile):
            await self._bucket.delete(file_id)

    async def pieces(self, file_id: str, within: range | None = None) -> AsyncGenerator[bytes, None]:
        """The file, or those of its bytes, piece by piece; raises `NotFound`."""
        async with answering():
            download = await self._open(file_id)
            left = len(within) if within is not None else download.length
            if within is not None:
                download.seek(within.start)
            while left and (piece := await download.readchunk()):
                yield piece[:left]
                left = max(0, left - len(piece))

    @answering()
    async def ids(self) -> list[str]:
        return [document["_id"] async for document in self._files.find({}, {"_id": 1})]

    @answering()
    async def fetch(self, file_id: str, path: Path) -> None:
        """Writes the file to `path`, piece by piece; raises `NotFound`."""
        download = await self._open(file_id)
        with path.open("wb") as file:
            while chunk := await download.readchunk():
                file.write(chunk)

    @answering()
    async def forget(self, before: datetime) -> None:
        """Deletes the files that were kept before then."""
        old = await self._files.find({"uploadDate": {"$lt": before}}, {"_id": 1}).limit(1000).to_list(1000)
        for document in old:
            await self._bucket.delete(document["_id"])

    async def _open(self, file_id: str) -> AsyncIOMotorGridOut:
        try:
            return await self._bucket.open_download_stream(file_id)
        except NoFile:
            raise NotFound(f"no file is kept as {file_id}") from None


async def buckets_of(store: Store) -> list[str]:
    """Every kind of file that the service keeps."""
    async with answering():
        names = await store.database.list_collection_names()
    return sorted(name.removesuffix(".files") for name in names if name.endswith(".files"))
