"""What must not stay half done: a restore whose process is killed, and an erasure whose service is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from pymongo.database import Database

from libs.contracts.privacy import Person, PrivacyStep
from libs.jobs import jobs
from libs.jobs.jobs import Job, JobState, begin
from libs.privacy.privacy import NAME, PrivacyJob
from libs.privacy.tasks import ORDERS, Order, PrivacyTask
from libs.store.backups.marks import META, UNDER_WAY, RestoreUnderWay
from libs.store.backups.taking import take_backup
from libs.store.clock import utc_now
from libs.store.context import Context
from libs.store.files import Files
from libs.store.rows import commit_rows
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.imports.store import FILES as IMPORTED
from services.sales.app import SALES
from services.sales.contacts.model import Contact
from tests.support.processes import run_module, settings_of_service
from tests.support.services import Identities
from tests.support.waiting import eventually

Client = MongoClient[dict[str, Any]]

ACCOUNTS = 40_000
THEIRS, FILES, OTHERS = 300, 100, 100
MIRA = Person(emails=("mira.quill@example.org",))


def unheard(service: str, count: int) -> None:
    """Nobody watches the progress."""


async def test_a_restore_that_was_killed_keeps_the_service_away_until_it_has_been_run_again(
    mongo_url: str, database_name: str, mongo_client: Client, tmp_path: Path
) -> None:
    name = f"{database_name}_sales"
    own = mongo_client[name]
    own["accounts"].insert_many([{"_id": f"{number:05}", "name": "Acme"} for number in range(ACCOUNTS)])
    await take_backup(mongo_url, [("sales", name)], tmp_path / "backup", unheard)
    own["accounts"].update_many({}, {"$set": {"name": "Emca"}})
    command = ("libs.cli", "restore", str(tmp_path / "backup"), "--service", "sales", "--yes")
    environment = {"TANDEM_MONGO_URL": mongo_url, "TANDEM_DATABASE_PREFIX": database_name}

    async def half_way() -> bool:
        begun = own[META].find_one({"_id": UNDER_WAY}) is not None
        return begun and 0 < own["accounts"].estimated_document_count() < ACCOUNTS

    async with run_module(*command, environment=environment) as process:
        await eventually(half_way, every=0.002)
        process.kill()
        await process.wait()

    assert own["accounts"].count_documents({}) < ACCOUNTS
    with pytest.raises(RestoreUnderWay):
        await Store.open(mongo_url, name, service="sales")
    async with run_module(*command, environment=environment) as process:
        assert await process.wait() == 0
    assert own["accounts"].count_documents({"name": "Acme"}) == ACCOUNTS
    await (await Store.open(mongo_url, name, service="sales")).close()


async def told_to_erase(store: Store, folder: Path) -> Job:
    """As the service is by the announcement of a request."""
    contacts = [Contact(id=f"{number:04}", last_name="Quill", email=MIRA.emails[0]) for number in range(THEIRS)]
    contacts += [Contact(id=f"other-{number:04}", last_name="Quill") for number in range(OTHERS)]
    works = [UnitOfWork(store, Context()) for _ in contacts]
    for work, contact in zip(works, contacts, strict=True):
        work.add(contact)
    await commit_rows(store, works)
    for name, content, count in (("theirs", MIRA.emails[0], FILES), ("other", "Quill", 1)):
        (folder / name).write_text(content)
        for number in range(count):
            await Files(store, IMPORTED).keep(f"{name}-{number}", folder / name)

    async def command(work: UnitOfWork) -> Job:
        order = Order(request_id="request-1", owner_id="ada", step=PrivacyStep.ERASE, round=1, person=MIRA)
        work.overwrite(ORDERS, order.document())
        return begin(work, NAME, PrivacyJob(request_id="request-1", round=1))

    return await store.run(command, Context(actor_id="ada"))


def mentioning(database: Database[Any], text: str) -> list[str]:
    raw: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)
    collections = [database.get_collection(name, codec_options=raw) for name in database.list_collection_names()]
    return [each.name for each in collections for found in each.find() if text.encode() in bytes(found.raw)]


@pytest.mark.full
async def test_an_erasure_whose_service_is_killed_twice_forgets_and_counts_everything_once_and_nothing_else(
    mongo_url: str, amqp_url: str, database_name: str, mongo_client: Client, tmp_path: Path
) -> None:
    """Among the records and among the files."""
    own = mongo_client[f"{database_name}_sales"]
    store = await Store.open(mongo_url, own.name, service="sales", records=SALES.all_records())
    job, contacts = await told_to_erase(store, tmp_path), own[Contact.collection]

    def forgotten() -> int:
        return contacts.count_documents({"version": 2, "email": None})

    def dropped() -> int:
        return FILES + 1 - own[f"{IMPORTED}.files"].count_documents({})

    async def ended() -> Job | None:
        found = await jobs.find(store, job.id)
        return found if found.finished_at else None

    async with TestServer(Identities().app()) as identity:
        environment = settings_of_service(
            mongo_url=mongo_url, amqp_url=amqp_url, database=database_name, identity=str(identity.make_url(""))
        )
        for done, number in ((forgotten, THEIRS), (dropped, FILES)):

            async def begun(done: Callable[[], int] = done, some: int = number // 10) -> bool:
                return done() > some

            async with run_module("services.sales", environment=environment) as process:
                await eventually(begun, every=0.005)
                process.kill()
                await process.wait()
            assert done() < number
            own[jobs.JOBS].update_one({"_id": job.id}, {"$set": {"free_at": utc_now()}})  # nobody holds it any more
        async with run_module("services.sales", environment=environment):
            finished = await eventually(ended, within=120)

    assert finished.state is JobState.SUCCEEDED
    assert (forgotten(), dropped()) == (THEIRS, FILES)
    assert contacts.count_documents({"version": 1, "last_name": "Quill"}) == OTHERS
    [task] = own[PrivacyTask.collection].find()
    counted = {each["collection"]: each["count"] for each in task["found"]}
    assert (counted, finished.done) == ({Contact.collection: THEIRS, IMPORTED: FILES}, THEIRS + FILES)
    assert mentioning(own, MIRA.emails[0]) == []
    assert own[ORDERS].count_documents({}) == 0
    await store.close()
