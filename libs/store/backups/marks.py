"""What a database says of its restores, in the collection `meta`: its epoch, and how far a restore is."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from libs.domain.refusals import Unavailable
from libs.store.mongo import Database

META: Final = "meta"
EPOCH: Final = "epoch"
UNDER_WAY: Final = "restore"
RESTORED: Final = "restored"
FIRST_EPOCH: Final = 1

_BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)


class RestoreUnderWay(Unavailable):
    """A restore was begun and has not ended: what is there is not whole."""

    code = "restore_under_way"


@dataclass(frozen=True, slots=True)
class Restored:
    """A database was set back at `restored_at`: it is in `epoch` as it was at `taken_at`."""

    epoch: int
    taken_at: datetime
    restored_at: datetime


async def read_epoch(database: Database) -> int:
    """Raises `RestoreUnderWay`."""
    rows = await database[META].find({"_id": {"$in": [EPOCH, UNDER_WAY]}}).to_list(None)
    marks = {row["_id"]: row for row in rows}
    if UNDER_WAY in marks:
        raise RestoreUnderWay("a restore of this database has not ended; run it again")
    return int(marks[EPOCH]["value"]) if EPOCH in marks else FIRST_EPOCH


async def unannounced(database: Database) -> Restored | None:
    """A restore of which the service has not begun to tell."""
    mark = await database[META].find_one({"_id": RESTORED})
    return None if mark is None else Restored(mark["epoch"], mark["taken_at"], mark["restored_at"])


async def begin_restore(database: Database, *, kept_epoch: int, at: datetime) -> int:
    """From now on no service starts on this database. Returns the epoch that it will be in."""
    row = await database[META].find_one({"_id": EPOCH})
    epoch = next_epoch(row["value"] if row else FIRST_EPOCH, kept_epoch, at=at)
    await database[META].update_one({"_id": UNDER_WAY}, {"$set": {"begun_at": at, "epoch": epoch}}, upsert=True)
    return epoch


def next_epoch(*known: int, at: datetime) -> int:
    """Later than all known epochs, and than any that was lost with its database: at least the hours since 2026."""
    return max(*known, (at - _BEGINNING).days * 24 + (at - _BEGINNING).seconds // 3600) + 1


async def is_under_way(database: Database) -> bool:
    return await database[META].find_one({"_id": UNDER_WAY}) is not None


async def give_up_restore(database: Database) -> None:
    """Takes back `begin_restore` before anything was changed: services may start again."""
    await database[META].delete_one({"_id": UNDER_WAY})


async def end_restore(database: Database, restored: Restored) -> None:
    """The order matters: a restore that dies in between is begun again."""
    mark = asdict(restored)
    await database[META].update_one({"_id": EPOCH}, {"$set": {"value": restored.epoch}}, upsert=True)
    await database[META].update_one({"_id": RESTORED}, {"$set": mark}, upsert=True)
    await database[META].delete_one({"_id": UNDER_WAY})
