"""Databases saved and set back: whole, at one moment, and again after an interruption."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo import MongoClient

from libs.store.backups.files import MANIFEST, Manifest, Unsound, file_of
from libs.store.backups.marks import RestoreUnderWay, next_epoch, unannounced
from libs.store.backups.restoring import ServiceRuns, restore_backup, verify_backup
from libs.store.backups.taking import take_backup
from libs.store.files import Files
from libs.store.store import Store
from tests.support.waiting import PATIENCE

Client = MongoClient[dict[str, Any]]
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def unheard(service: str, count: int) -> None:
    """Nobody watches the progress."""


@pytest.fixture
def names(database_name: str) -> list[tuple[str, str]]:
    return [("sales", f"{database_name}_sales"), ("service", f"{database_name}_service")]


@pytest.fixture
async def filled(mongo_url: str, names: list[tuple[str, str]], tmp_path: Path) -> Mapping[str, str]:
    """Two services with records, numbers and a file. Returns the names of their databases."""
    picture = tmp_path / "picture"
    picture.write_bytes(b"\x00\xff" * 200_000)
    for service, name in names:
        store = await Store.open(mongo_url, name, service=service, seconds=PATIENCE)
        rows = [{"_id": str(number), "amount": Decimal("12.50"), "at": NOW} for number in range(2500)]
        await store.collection("accounts").insert_many(rows)
        await store.collection("counters").insert_one({"_id": "cases", "last": 41})
        await Files(store, "pictures").keep("one", picture)
        await store.close()
    return dict(names)


@pytest.fixture
async def saved(mongo_url: str, names: list[tuple[str, str]], filled: Mapping[str, str], tmp_path: Path) -> Path:
    await take_backup(mongo_url, names, tmp_path / "backup", unheard)
    return tmp_path / "backup"


def content(client: Client, database: str) -> dict[str, list[dict[str, Any]]]:
    """All documents of a database, but what it says of itself."""
    kept = sorted(set(client[database].list_collection_names()) - {"meta", "leases"})
    return {name: list(client[database][name].find().sort("_id", 1)) for name in kept}


async def test_what_was_saved_is_there_again_and_nothing_else(
    mongo_url: str, names: list[tuple[str, str]], filled: Mapping[str, str], saved: Path, mongo_client: Client
) -> None:
    before = {service: content(mongo_client, name) for service, name in names}
    sales = mongo_client[filled["sales"]]
    sales["accounts"].update_one({"_id": "1"}, {"$set": {"amount": 0}})
    sales["accounts"].delete_many({"_id": "2"})
    sales["later"].insert_one({"_id": "new"})

    await restore_backup(mongo_url, names, saved, unheard)

    assert {service: content(mongo_client, name) for service, name in names} == before
    assert sum(len(rows) for rows in before["sales"].values()) == 2500 + 1 + 3


async def test_it_comes_back_on_an_empty_database(
    mongo_url: str, names: list[tuple[str, str]], filled: Mapping[str, str], saved: Path, mongo_client: Client
) -> None:
    before = content(mongo_client, filled["service"])
    mongo_client.drop_database(filled["service"])

    await restore_backup(mongo_url, names[1:], saved, unheard)

    assert content(mongo_client, filled["service"]) == before
    store = await Store.open(mongo_url, filled["service"], service="service", seconds=PATIENCE)
    assert "inbox" in mongo_client[filled["service"]].list_collection_names(), "indexes are the service's to build"
    await store.close()


async def test_a_backup_is_of_one_moment(
    mongo_url: str, names: list[tuple[str, str]], filled: Mapping[str, str], tmp_path: Path, mongo_client: Client
) -> None:
    """What is written once the first documents are read is in none of what is read after them."""

    def write_meanwhile(service: str, count: int) -> None:
        for name in filled.values():
            mongo_client[name]["counters"].update_one({"_id": "cases"}, {"$inc": {"last": 1}})
            mongo_client[name]["accounts"].delete_one({})

    manifest = await take_backup(mongo_url, names, tmp_path / "moment", write_meanwhile)
    await restore_backup(mongo_url, names, tmp_path / "moment", unheard)

    for name in filled.values():
        assert mongo_client[name]["counters"].find_one() == {"_id": "cases", "last": 41}
        assert mongo_client[name]["accounts"].count_documents({}) == 2500
    assert manifest.services["sales"].collections["accounts"].documents == 2500


async def test_a_backup_goes_into_an_empty_directory(mongo_url: str, names: list[tuple[str, str]], saved: Path) -> None:
    with pytest.raises(Unsound, match="not empty"):
        await take_backup(mongo_url, names, saved, unheard)


async def test_the_progress_is_told_document_by_document(
    mongo_url: str, names: list[tuple[str, str]], filled: Mapping[str, str], tmp_path: Path
) -> None:
    told: list[tuple[str, int]] = []
    manifest = await take_backup(mongo_url, names, tmp_path / "told", lambda *each: told.append(each))

    for service, kept in manifest.services.items():
        assert sum(count for name, count in told if name == service) == kept.documents


async def test_a_whole_backup_is_verified(saved: Path) -> None:
    manifest = await verify_backup(saved, (), unheard)
    assert manifest == Manifest.read(saved)
    assert manifest.services["sales"].collections["accounts"].documents == 2500


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


@pytest.mark.parametrize("damage", [_flip, _cut, Path.unlink], ids=["flipped", "cut", "missing"])
async def test_damage_is_found(saved: Path, damage: Callable[[Path], None]) -> None:
    damage(file_of(saved, "service", "accounts"))

    with pytest.raises(Unsound, match="accounts"):
        await verify_backup(saved, (), unheard)
    await verify_backup(saved, ("sales",), unheard)


async def test_a_wrong_count_is_found(saved: Path) -> None:
    manifest = json.loads((saved / MANIFEST).read_text())
    manifest["services"]["sales"]["collections"]["accounts"]["documents"] += 1
    (saved / MANIFEST).write_text(json.dumps(manifest))

    with pytest.raises(Unsound, match="holds 2500 documents, not 2501"):
        await verify_backup(saved, (), unheard)


async def test_without_its_manifest_it_is_no_backup(saved: Path) -> None:
    (saved / MANIFEST).unlink()
    with pytest.raises(Unsound, match="no backup that was finished"):
        await verify_backup(saved, (), unheard)


async def test_a_service_that_runs_is_not_set_back(
    mongo_url: str, names: list[tuple[str, str]], filled: Mapping[str, str], saved: Path, mongo_client: Client
) -> None:
    store = await Store.open(mongo_url, filled["service"], service="service", seconds=PATIENCE)
    grant = await store.leases.acquire("scheduler", "copy-1", timedelta(seconds=30))
    mongo_client[filled["sales"]]["accounts"].delete_one({"_id": "1"})

    with pytest.raises(ServiceRuns, match="service runs"):
        await restore_backup(mongo_url, names, saved, unheard)

    assert mongo_client[filled["sales"]]["accounts"].count_documents({}) == 2499
    await (await Store.open(mongo_url, filled["sales"], service="sales", seconds=PATIENCE)).close()
    assert grant is not None
    await store.leases.release(grant)
    await store.close()
    await restore_backup(mongo_url, names, saved, unheard)


async def test_an_interrupted_restore_keeps_the_service_away_and_is_run_again(
    mongo_url: str, names: list[tuple[str, str]], filled: Mapping[str, str], saved: Path, mongo_client: Client
) -> None:
    before = content(mongo_client, filled["sales"])
    passed = 0

    def dies_later(service: str, count: int) -> None:
        nonlocal passed
        passed += 1
        if passed == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await restore_backup(mongo_url, names[:1], saved, dies_later)

    assert 0 < mongo_client[filled["sales"]]["accounts"].count_documents({}) < 2500
    with pytest.raises(RestoreUnderWay):
        await Store.open(mongo_url, filled["sales"], service="sales", seconds=PATIENCE)
    await restore_backup(mongo_url, names[:1], saved, unheard)
    assert content(mongo_client, filled["sales"]) == before
    await (await Store.open(mongo_url, filled["sales"], service="sales", seconds=PATIENCE)).close()


async def test_a_restored_service_is_in_a_later_epoch_and_has_it_to_tell(
    mongo_url: str, names: list[tuple[str, str]], filled: Mapping[str, str], saved: Path
) -> None:
    epochs = []
    for _ in range(2):
        await restore_backup(mongo_url, names[:1], saved, unheard)
        store = await Store.open(mongo_url, filled["sales"], service="sales", seconds=PATIENCE)
        told = await unannounced(store.database)
        assert told is not None
        assert (told.epoch, told.taken_at) == (store.epoch, Manifest.read(saved).taken_at)
        assert told.restored_at > told.taken_at
        epochs.append(store.epoch)
        await store.close()
    assert 1 < epochs[0] < epochs[1]


async def test_a_service_that_was_not_saved_is_not_set_back(mongo_url: str, database_name: str, saved: Path) -> None:
    with pytest.raises(Unsound, match="has no identity, only sales, service"):
        await restore_backup(mongo_url, [("identity", f"{database_name}_identity")], saved, unheard)


async def test_the_past_is_kept_long_enough_and_no_longer(
    mongo_url: str, names: list[tuple[str, str]], filled: Mapping[str, str], tmp_path: Path, mongo_client: Client
) -> None:
    def window() -> int:
        parameter = "minSnapshotHistoryWindowInSeconds"
        return int(mongo_client.admin.command({"getParameter": 1, parameter: 1})[parameter])

    before, during = window(), set[int]()
    await take_backup(mongo_url, names, tmp_path / "long", lambda *_: during.add(window()), history=before + 700)

    assert (during, window()) == ({before + 700}, before)


@given(known=st.lists(st.integers(1, 100_000), min_size=1), hours=st.integers(1, 500_000))
def test_an_epoch_is_later_than_any_known_and_than_any_that_was_lost(known: list[int], hours: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)

    assert next_epoch(*known, at=at) > max(known)
    assert next_epoch(1, at=at + timedelta(hours=1)) > next_epoch(1, at=at)
