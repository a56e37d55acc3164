"""Records that are there when the rules change."""

from typing import Any

from libs.store.context import Context
from libs.store.matching import rekey
from libs.store.purging import KEPT, purge
from libs.store.work import UnitOfWork
from libs.web.directory import Directory
from libs.web.duplicates.keeping import KeyKeeping
from libs.web.requests import DIRECTORY
from tests.libs.web.duplicates.harbour import EMAIL, NAME, Boat, boat, define, rule, store_of
from tests.support.services import Running
from tests.support.waiting import eventually


def directory_of(harbour: Running) -> Directory:
    return harbour.app[DIRECTORY]


async def keys(harbour: Running) -> list[list[str]]:
    """Those of each boat, from the oldest."""
    documents = await store_of(harbour).collection("boats").find({}).sort("_id", 1).to_list(None)
    return [document.get("_match", []) for document in documents]


async def kept(harbour: Running) -> list[dict[str, Any]]:
    """The jobs that give keys at once, when all of them have ended."""

    async def look() -> list[dict[str, Any]] | None:
        found = store_of(harbour).collection("jobs").find({"kind": "match_keys", "input.since": None})
        jobs: list[dict[str, Any]] = await found.sort("_id", 1).to_list(None)
        return jobs if jobs and all(job["state"] == "succeeded" for job in jobs) else None

    return await eventually(look)


async def test_records_are_found_by_rules_that_came_after_them(harbour: Running) -> None:
    first, second = [await boat(harbour, name="Ada", email="ada@example.org") for _ in range(2)]
    before = await harbour.get(f"/api/v1/boats/{first}")

    await define(harbour, rule("email", EMAIL))
    [job] = await kept(harbour)

    assert (job["done"], job["total"]) == (2, 2)
    [[key], [other]] = await keys(harbour)
    assert other == f"{key}#{second}"
    assert await harbour.get(f"/api/v1/boats/{first}") == before


async def test_the_keys_of_a_rule_go_with_it(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL), rule("name", NAME))
    await boat(harbour, name="Ada", email="ada@example.org")
    await kept(harbour)

    await define(harbour, rule("name", NAME))

    async def look() -> bool:
        return [len(each) for each in await keys(harbour)] == [1]

    await eventually(look)
    await define(harbour)
    await eventually(lambda: _none(harbour))


async def _none(harbour: Running) -> bool:
    return await keys(harbour) == [[]]


async def test_a_job_is_begun_once_and_again_for_what_is_written_meanwhile(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL))
    store, directory = store_of(harbour), directory_of(harbour)

    for _ in range(2):  # as two copies would
        await KeyKeeping(directory).keep(store)
    await define(harbour, rule("email", EMAIL, overridable=False))
    await KeyKeeping(directory).keep(store)

    jobs = await store.collection("jobs").find({"kind": "match_keys"}).sort("free_at", 1).to_list(None)
    assert [job["input"]["since"] is None for job in jobs] == [True, False]


async def test_what_was_written_by_old_rules_is_mended_by_the_time_of_its_change(harbour: Running) -> None:
    old, new = await boat(harbour, email="a@example.org"), await boat(harbour, email="b@example.org")
    await define(harbour, rule("email", EMAIL))
    store, rules = store_of(harbour), directory_of(harbour).duplicate_rules("boats")
    since = (await store.collection("boats").find_one({"_id": new}) or {})["modified_at"]

    assert await rekey(store, "boats", rules, after=old, since=since, limit=10) == (1, new)
    assert await rekey(store, "boats", rules, after=new, since=since, limit=10) == (0, None)


async def test_a_purge_passes_the_keys_of_what_is_gone_on_to_others(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL))
    first, second = [await boat(harbour, email="ada@example.org") for _ in range(2)]
    boats = store_of(harbour).collection("boats")
    await harbour.delete(f"/api/v1/boats/{first}")
    [[key], _] = await keys(harbour)
    long_ago = {"$set": {"_deleted": (await boats.find_one({"_id": first}) or {})["_deleted"] - 2 * KEPT}}
    await boats.update_one({"_id": first}, {**long_ago, "$unset": {"_pending": ""}})

    await purge(store_of(harbour))

    assert await keys(harbour) == [[f"{key}#{second}", key]]


async def test_who_is_erased_leaves_no_key_and_those_who_shared_it_are_found(harbour: Running) -> None:
    await define(harbour, rule("email", EMAIL), rule("name", NAME))
    first, _ = [await boat(harbour, name="Ada", email="ada@example.org") for _ in range(2)]
    await harbour.patch(f"/api/v1/boats/{first}", {"name": "Bea"})

    async def erase(work: UnitOfWork) -> None:
        work.erase((await work.get(Boat, first)).evolve(email=None))

    await store_of(harbour).run(erase, Context())

    [name], theirs = await keys(harbour)
    assert len(theirs) == 4
    assert name not in theirs
