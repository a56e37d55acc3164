"""Files that lie beside a person's records are handed out and erased with them."""

from io import BytesIO
from zipfile import ZipFile

from libs.contracts.privacy import Person, PrivacyStep
from libs.domain.attachments import Attachment
from libs.jobs.jobs import JobState
from libs.jobs.running import Running
from libs.privacy.exporting import PARTS, part_id
from libs.privacy.privacy import Privacy
from libs.privacy.tasks import PrivacyTask
from libs.store.files import Files
from libs.store.ids import new_id
from libs.store.store import Store
from tests.libs.privacy.conftest import GUEST_FILES, MIRA, Guest, add_guests, told_to
from tests.libs.privacy.test_erasing import QUICK, ended_of


async def guest(store: Store, name: str, *contents: bytes) -> Guest:
    """With a file for each of the contents; the first is gone where it is empty."""
    id_, files = new_id(), Files(store, GUEST_FILES.bucket)
    attachments = []
    for number, content in enumerate(contents):
        file_id = f"{id_}-{number}"
        if content:
            await files.put(file_id, content)
        attachments.append(Attachment(id=file_id, name="../a.txt", content_type="text/plain", size=1, sha256=""))
    made = Guest(id=id_, full_name=name, attachments=tuple(attachments))
    await add_guests(store, made)
    return made


async def asked(store: Store, privacy: Privacy, person: Person, step: PrivacyStep) -> PrivacyTask:
    begun = await told_to(store, privacy, person, step=step)
    running = Running(store, [privacy.kind], QUICK)
    running.start()
    ended = await ended_of(store, begun)
    await running.stop()
    assert ended.state is JobState.SUCCEEDED
    document = await store.collection(PrivacyTask.collection).find_one({})
    assert document is not None
    return PrivacyTask.model_validate({"id": document["_id"], **document})


async def test_an_export_has_the_files_as_they_are(store: Store, privacy: Privacy) -> None:
    mira = await guest(store, "Mira Quill", b"", b"tea" * 100_000, b"milk")
    await guest(store, "Rui Reis", b"coffee")
    person = MIRA.joined(Person(records=(f"guests/{mira.id}",)))

    task = await asked(store, privacy, person, PrivacyStep.EXPORT)

    [told] = [each for each in task.found if each.files]
    assert (told.collection, told.count) == (GUEST_FILES.bucket, 2)
    packed = await Files(store, PARTS).read(part_id("sales", task.id, GUEST_FILES.bucket))
    with ZipFile(BytesIO(packed)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {f"{mira.id}/2 .._a.txt": b"tea" * 100_000, f"{mira.id}/3 .._a.txt": b"milk"}


async def test_an_erasure_takes_the_files_of_the_persons_records_whatever_is_in_them(
    store: Store, privacy: Privacy
) -> None:
    mira, rui = await guest(store, "Mira Quill", b"tea"), await guest(store, "Rui Reis", b"coffee")
    on_its_way = f"{mira.id}-late"
    await Files(store, GUEST_FILES.bucket).put(on_its_way, b"more tea")
    person = MIRA.joined(Person(records=(f"guests/{mira.id}",)))

    task = await asked(store, privacy, person, PrivacyStep.ERASE)

    assert await Files(store, GUEST_FILES.bucket).ids() == [rui.attachments[0].id]
    assert [each.count for each in task.found if each.collection == GUEST_FILES.bucket] == [2]
