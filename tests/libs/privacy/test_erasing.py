"""A service forgets a person: in its records by commands, in all else where it lies, once, whatever interrupts it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from libs.contracts.privacy import Person, PrivacyStep
from libs.domain.personal import RETAINED_UNTIL
from libs.domain.refusals import NotFound
from libs.jobs import jobs
from libs.jobs.jobs import Job, JobState
from libs.jobs.running import Running
from libs.jobs.settings import JobSettings
from libs.privacy.privacy import Privacy
from libs.privacy.tasks import ORDERS, PrivacyTask
from libs.store.context import Context
from libs.store.files import Files
from libs.store.outbox import Pending
from libs.store.store import Store
from libs.tables.xlsx_writing import XlsxFile
from tests.libs.privacy.conftest import MIRA, Guest, add_guests, told_to
from tests.support.events import envelope
from tests.support.waiting import PATIENCE, eventually

QUICK: Final = JobSettings(poll_every=0.02, job_lease=PATIENCE, beat_every=0.05)
TRACES: Final = (b"mira", b"quill@", b"123456")


async def forgotten(store: Store, privacy: Privacy, person: Person = MIRA) -> Job:
    ended = await run_to_its_end(store, privacy, await told_to(store, privacy, person))
    assert ended.state is JobState.SUCCEEDED
    return ended


async def run_to_its_end(store: Store, privacy: Privacy, begun: Job) -> Job:
    running = Running(store, [privacy.kind], QUICK)
    running.start()
    ended = await ended_of(store, begun)
    await running.stop()
    return ended


async def ended_of(store: Store, job: Job) -> Job:
    async def ended() -> Job | None:
        found = await jobs.find(store, job.id)
        return found if found.finished_at else None

    return await eventually(ended)


async def collections_with(store: Store, *traces: bytes) -> set[str]:
    raw: Any = CodecOptions(document_class=RawBSONDocument)
    found = set()
    for name in await store.database.list_collection_names():
        async for document in store.database.get_collection(name, codec_options=raw).find():
            if any(trace in bytes(document.raw).lower() for trace in traces):
                found.add(name)
    return found


async def test_records_forget_by_a_command_that_says_nothing_of_before(store: Store, privacy: Privacy) -> None:
    mira = Guest(id="1", full_name="Mira Quill", email="mira.quill@example.org", note="Mira likes tea", tags=("vip",))
    await add_guests(store, mira)
    heard: list[Pending] = []
    store.outbox.on_commit = heard.extend

    await forgotten(store, privacy)

    left = await store.collection("guests").find_one({"_id": "1"})
    assert left is not None
    assert (left.get("full_name"), left.get("email"), left["note"], left["tags"]) == (
        None,
        None,
        "… likes tea",
        ["vip"],
    )
    assert (left["house"], left["version"]) == ("Hotel Quill", 2)
    (told,) = [orjson.loads(event.body) for event in heard if event.type == "sales.guest.erased"]
    assert told["data"].keys() == {"record", "access"}
    (answer,) = [orjson.loads(event.body)["data"]["record"] for event in heard if "privacy_task" in event.type]
    assert {each["collection"]: each["count"] for each in answer["found"]}["guests"] == 1
    assert await store.collection(ORDERS).count_documents({}) == 0


async def test_somebody_else_of_the_same_name_stays_and_loses_mentions_alone(store: Store, privacy: Privacy) -> None:
    namesake = Guest(id="1", full_name="Mira Quill", email="m.quill@example.org", note="Mira likes tea")
    friend = Guest(id="2", full_name="Ana Costa", email="ana@example.org", note="came with mira.quill@example.org")
    await add_guests(store, namesake, friend)

    await forgotten(store, privacy)

    one = await store.collection("guests").find_one({"_id": "1"})
    two = await store.collection("guests").find_one({"_id": "2"})
    assert one is not None
    assert two is not None
    assert (one["full_name"], one["note"], one["version"]) == ("Mira Quill", "Mira likes tea", 1)
    assert (two["full_name"], two["email"], two["note"]) == ("Ana Costa", "ana@example.org", "came with …")


async def test_a_colleague_with_the_number_of_the_same_company_keeps_it(store: Store, privacy: Privacy) -> None:
    colleague = Guest(id="1", full_name="Ana Costa", note="call +49 30 123456")
    await add_guests(store, colleague)

    await forgotten(store, privacy, MIRA.model_copy(update={"phone_keys": ()}))

    left = await store.collection("guests").find_one({"_id": "1"})
    assert left is not None
    assert (left["note"], left["version"]) == ("call +49 30 123456", 1)


async def test_a_removed_record_forgets_too_and_stays_removed(store: Store, privacy: Privacy) -> None:
    await add_guests(store, Guest(id="1", full_name="Mira Quill", email="mira.quill@example.org"))

    async def remove(work: Any) -> None:
        work.remove(await work.get(Guest, "1"))

    await store.run(remove, Context())
    await forgotten(store, privacy)

    left = await store.collection("guests").find_one({"_id": "1"})
    assert left is not None
    assert "_deleted" in left
    assert await collections_with(store, *TRACES) == set()


async def test_claims_forget_also_where_a_record_is_anothers_by_now(store: Store, privacy: Privacy) -> None:
    handled, of_ana, of_mira = (
        "inbox|guest_intake|1",
        "open_stay|email:ana@example.org",
        f"open_stay|email:{MIRA.emails[0]}",
    )
    mira = Guest(id="1", full_name="Mira Quill", email=MIRA.emails[0])
    ana, friend = [Guest(id=id_, email="ana@example.org") for id_ in "23"]
    await add_guests(store, mira, ana, friend.evolve(note=f"came with {MIRA.emails[0]}"))
    guests = store.collection("guests")
    for id_, claims in {"1": [handled, "open_stay|phone:+1"], "2": [of_mira], "3": [of_ana]}.items():
        await guests.update_one({"_id": id_}, {"$set": {"_claims": claims}})

    await forgotten(store, privacy, MIRA.model_copy(update={"records": ("guests/1",)}))

    left = {each["_id"]: each["_claims"] for each in await guests.find().to_list()}
    assert left == {"1": [handled], "2": [], "3": [of_ana]}
    assert await collections_with(store, *TRACES) == set()


async def test_everything_else_that_is_kept_forgets(store: Store, privacy: Privacy, tmp_path: Path) -> None:
    event = envelope("sales.guest.updated", "guests", {"id": "9", "full_name": "Mira Quill", "note": "+49 30 123456"})
    answer = orjson.dumps({"id": "9", "version": 1, "email": "mira.quill@example.org"})
    kept: dict[str, dict[str, Any]] = {
        "parked": {"_id": "p1", "body": event.to_json(), "headers": []},
        "requests": {"_id": "ada|POST|k", "hash": "h", "at": datetime.now(UTC), "status": 201, "body": answer},
        "claims": {"_id": "customer|email:mira.quill@example.org", "holder": "9"},
        "imports": {"_id": "i1", "sample": [["Mira", "1990-05-01", "mira.quill@example.org"], ["Ana", "", ""]]},
        "import_errors": {"_id": "i1#00000001", "cells": ["Mira", "1990-05-01", "mira.quill@example.org"]},
        "saved_views": {"_id": "v1", "filter": "email eq 'mira.quill@example.org'"},
        "unheard_of": {"_id": 7, "deep": [{"er": {"mail": "Mira.Quill@example.org"}}]},
    }
    for name, document in kept.items():
        await store.collection(name).insert_one(document)
    await keep_files(store, tmp_path)
    assert await collections_with(store, *TRACES) >= kept.keys()

    await forgotten(store, privacy)

    assert await collections_with(store, *TRACES) == set()
    assert await store.collection("claims").count_documents({}) == 0
    assert await store.collection("import_errors").count_documents({}) == 0
    left = await store.collection("imports").find_one({"_id": "i1"})
    assert left is not None
    assert left["sample"] == [["", "", ""], ["Ana", "", ""]]
    files = Files(store, "import_files")
    assert await files.ids() == ["others"]
    with pytest.raises(NotFound):
        await files.fetch("hers", tmp_path / "gone")


async def keep_files(store: Store, folder: Path) -> None:
    (folder / "hers").write_text("x,y\n" * 400_000 + "Mira,MIRA.QUILL@example.org\n")
    (folder / "others").write_text("Ana,ana@example.org\n")
    workbook = XlsxFile(folder / "workbook", "guests", ["name", "email"])
    workbook.append([["Mira", "mira.quill@example.org"]])
    workbook.close()
    for name in ("hers", "others", "workbook"):
        await Files(store, "import_files").keep(name, folder / name)


async def test_an_erasure_that_is_cut_goes_on_and_does_nothing_twice(store: Store, privacy: Privacy) -> None:
    guests = [Guest(id=f"{number:04}", email="mira.quill@example.org", note="a note") for number in range(200)]
    await add_guests(store, *guests)
    begun = await told_to(store, privacy, MIRA)
    erased: list[Pending] = []
    store.outbox.on_commit = erased.extend
    first = Running(store, [privacy.kind], QUICK)
    first.start()

    async def some_are_done() -> bool:
        return len(erased) > 50

    await eventually(some_are_done, every=0.001)
    await first.stop()
    assert await store.collection("guests").count_documents({"version": 1}) > 0
    ended = await run_to_its_end(store, privacy, begun)

    assert ended.state is JobState.SUCCEEDED
    assert await store.collection("guests").count_documents({"version": 2, "email": None}) == 200
    (task,) = await store.collection(PrivacyTask.collection).find().to_list(None)
    assert ({each["collection"]: each["count"] for each in task["found"]}, ended.done) == ({"guests": 200}, 200)


async def test_what_was_at_hand_when_an_erasure_was_cut_is_counted(store: Store, privacy: Privacy) -> None:
    """Of four letters one was changed, one is gone, and two are as they were."""
    letters = [{"_id": number, "text": "Dear mira.quill@example.org"} for number in (1, 3, 4)]
    await store.collection("letters").insert_many([*letters, {"_id": 0, "text": "Dear …"}])
    begun = await told_to(store, privacy, MIRA)
    cut = {"collection": "letters", "after": None, "at_hand": [0, 1, 2, 3], "found": []}
    await store.collection(jobs.JOBS).update_one({"_id": begun.id}, {"$set": {"cursor": cut}})

    ended = await run_to_its_end(store, privacy, begun)

    (task,) = await store.collection(PrivacyTask.collection).find().to_list(None)
    assert ({each["collection"]: each["count"] for each in task["found"]}, ended.done) == ({"letters": 5}, 5)


async def test_of_a_file_that_was_half_dropped_when_an_erasure_was_cut_nothing_is_left_and_it_is_counted(
    store: Store, privacy: Privacy, tmp_path: Path
) -> None:
    """What led to its pieces is gone already; another file is as it was."""
    await keep_files(store, tmp_path)
    await store.collection("import_files.files").delete_one({"_id": "hers"})
    begun = await told_to(store, privacy, MIRA)
    cut = {"collection": "privacy_tasks", "after": None, "bucket": "import_files", "at_hand": ["hers"], "found": []}
    await store.collection(jobs.JOBS).update_one({"_id": begun.id}, {"$set": {"cursor": cut}})

    ended = await run_to_its_end(store, privacy, begun)

    pieces = await store.collection("import_files.chunks").distinct("files_id")
    assert (await Files(store, "import_files").ids(), pieces) == (["others"], ["others"])
    (task,) = await store.collection(PrivacyTask.collection).find().to_list(None)
    assert ({each["collection"]: each["count"] for each in task["found"]}, ended.done) == ({"import_files": 2}, 2)


async def test_erasing_again_changes_nothing_more(store: Store, privacy: Privacy) -> None:
    await add_guests(store, Guest(id="1", full_name="Mira Quill", email="mira.quill@example.org"))
    await forgotten(store, privacy)

    await store.collection(PrivacyTask.collection).delete_many({})
    again = await forgotten(store, privacy)

    left = await store.collection("guests").find_one({"_id": "1"})
    assert left is not None
    assert (left["version"], again.done) == (2, 0)


async def test_what_the_law_wants_kept_stays_whole_until_its_day_and_is_told(store: Store, privacy: Privacy) -> None:
    def billed(number: int, year: int) -> Guest:
        at = datetime(year, 1, 1, tzinfo=UTC)
        return Guest(id=f"{number}", full_name="Mira Quill", email="mira.quill@example.org", billed_at=at)

    this_year = datetime.now(UTC).year
    await add_guests(store, billed(1, this_year - 1), billed(2, this_year), billed(3, this_year - 11))
    letter = {"text": "Dear Mira Quill, mira.quill@example.org"}
    days = {"kept": f"{this_year}-12-31", "over": f"{this_year - 1}-12-31"}
    await store.collection("letters").insert_many(
        [{"_id": name, RETAINED_UNTIL: day, **letter} for name, day in days.items()]
    )

    await forgotten(store, privacy)

    left = {each["_id"]: each async for each in store.collection("guests").find()}
    assert [(left[id_].get("email"), left[id_]["version"]) for id_ in "123"] == [
        ("mira.quill@example.org", 1),
        ("mira.quill@example.org", 1),
        (None, 2),
    ]
    letters = {each["_id"]: each["text"] async for each in store.collection("letters").find()}
    assert letters == {"kept": letter["text"], "over": "Dear …"}
    task = await store.collection(PrivacyTask.collection).find_one({})
    assert task is not None
    found = {each["collection"]: each for each in task["found"]}
    assert (found["guests"]["count"], found["guests"]["retained"]) == (1, 2)
    assert (found["letters"]["count"], found["letters"]["retained"]) == (1, 1)
    assert str(found["guests"]["retained_until"]) == f"{this_year + 10}-12-31"


async def test_what_is_erased_later_forgets_by_what_was_known_before(store: Store, privacy: Privacy) -> None:
    await add_guests(store, Guest(id="1", full_name="Mira Quill", email="mira.quill@example.org"))
    await store.collection("letters").insert_one({"_id": "late", RETAINED_UNTIL: "9999-12-31", "text": "1: Mira Quill"})
    known = MIRA.joined(Person(records=("guests/1",)))
    await forgotten(store, privacy, known)
    await store.collection("letters").update_one({"_id": "late"}, {"$set": {RETAINED_UNTIL: "2000-12-31", "of": "1"}})

    await store.collection(PrivacyTask.collection).delete_many({})
    await forgotten(store, privacy, Person(records=("guests/1",)))

    assert (await store.collection("letters").find_one({"_id": "late"}) or {})["text"] == "1: …"


async def test_a_person_with_more_records_than_an_event_can_name_is_told_as_such(
    store: Store, privacy: Privacy
) -> None:
    heard: list[Pending] = []
    store.outbox.on_commit = heard.extend
    records = tuple(f"guests/0193479c-0000-7000-8000-{number:012}" for number in range(6000))
    begun = await told_to(store, privacy, MIRA.joined(Person(records=records)), step=PrivacyStep.FIND)
    await run_to_its_end(store, privacy, begun)

    (answer,) = [orjson.loads(event.body)["data"]["record"] for event in heard if "privacy_task" in event.type]
    assert (answer["error"], answer["person"]) == ("event_too_large", None)
