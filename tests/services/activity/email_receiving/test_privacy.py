"""What e-mails have beside their records is handed out with them, and goes when the person is erased."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import orjson

from libs.contracts.privacy import Person, PrivacyStep
from libs.privacy.exporting import PARTS, part_id
from libs.privacy.tasks import PrivacyTask
from libs.store.files import Files
from libs.store.ids import new_id
from libs.store.store import Store
from libs.web.executing import STORE
from services.activity.email_contents.store import BODIES, FILES
from services.activity.email_receiving.store import RAW
from tests.services.activity.email_receiving.conftest import PATH, Post
from tests.support.events import envelope
from tests.support.publishing import publish
from tests.support.waiting import eventually

MIRA, PICTURE = "mira.quill@example.com", b"\x89PNG of nobody knows whom"


def mail_of(sender: str, message_id: str, words: str) -> bytes:
    """Long enough for a body of its own, with a picture that says nothing by which anybody is recognised."""
    head = f"From: {sender}\r\nTo: inbox@example.org\r\nMessage-ID: {message_id}\r\nMIME-Version: 1.0\r\n"
    text = f"--x\r\nContent-Type: text/html\r\n\r\n<p>{words}</p>\r\n"
    file = b'--x\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="a.png"\r\n\r\n' + PICTURE
    return f"{head}Content-Type: multipart/mixed; boundary=x\r\n\r\n{text}".encode() + file + b"\r\n--x--\r\n"


async def answered(post: Post, amqp_url: str, step: PrivacyStep, person: Person) -> dict[str, Any]:
    """What the service answers to a step of a request."""
    record = {"id": new_id(), "kind": "erasure", "state": "running", "step": step, "round": 1, "owner_id": "user-1"}
    told = {**record, "person": person.model_dump(mode="json")}
    await publish(amqp_url, envelope("journal.privacy_request.announced", "privacy_requests", told))

    async def done() -> dict[str, Any] | None:
        tasks = post.service.app[STORE].collection(PrivacyTask.collection)
        found: dict[str, Any] | None = await tasks.find_one({"request_id": record["id"]})
        return found

    task = await eventually(done)
    assert task.get("error") is None
    return task


async def part(store: Store, task: dict[str, Any], collection: str) -> bytes:
    """What an export holds of a collection."""
    return await Files(store, PARTS).read(part_id("activity", task["_id"], collection))


def unpacked(archive: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(archive)) as files:
        return {name: files.read(name) for name in files.namelist()}


async def kept(store: Store, email: dict[str, Any]) -> tuple[str, bool, bool]:
    """The HTML, and whether the file and the raw mail are there."""
    body = await store.collection(BODIES).find_one({"_id": email["id"]})
    files, raws = await Files(store, FILES.bucket).ids(), await Files(store, RAW).ids()
    assert body is not None
    return body["html"].strip(), email["attachments"][0]["id"] in files, email["id"] in raws


async def test_what_lies_beside_e_mails_is_handed_out_and_erased_with_the_person(post: Post, amqp_url: str) -> None:
    store = post.service.app[STORE]
    her_mail = mail_of(f"Mira Quill <{MIRA}>", "<of-mira@example.com>", "Mira Quill asks")
    await post.deliver(her_mail)
    await post.deliver(mail_of("Bob <bob@example.com>", "<of-bob@example.com>", "Bob asks"))
    hers, his = await post.email("<of-mira@example.com>"), await post.email("<of-bob@example.com>")
    mira = Person(emails=(MIRA,), names=("Mira Quill",))

    found = await answered(post, amqp_url, PrivacyStep.FIND, mira)
    person = Person.model_validate(found["person"])
    export = await answered(post, amqp_url, PrivacyStep.EXPORT, person)
    [body] = orjson.loads(await part(store, export, BODIES))
    files, raws = [unpacked(await part(store, export, bucket)) for bucket in (FILES.bucket, RAW)]
    erased = await answered(post, amqp_url, PrivacyStep.ERASE, person)

    counts = {each["collection"]: each["count"] for each in found["found"]}
    assert (counts["activities"], counts[BODIES]) == (1, 1)
    assert (body["id"], body["html"].strip()) == (hers["id"], "<p>Mira Quill asks</p>")
    assert files == {f"{hers['id']}/1 a.png": PICTURE}
    assert raws == {f"{hers['id']}/message.eml": her_mail}
    assert {each["collection"] for each in erased["found"]} >= {"activities", BODIES, FILES.bucket, RAW}
    assert await kept(store, hers) == ("<p>… asks</p>", False, False)
    assert await kept(store, his) == ("<p>Bob asks</p>", True, True)
    _, record = await post.service.get(f"{PATH}/{hers['id']}")
    assert "Mira" not in str(record)
    assert "quill" not in str(record)
