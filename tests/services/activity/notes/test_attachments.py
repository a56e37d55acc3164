"""Files of notes: in, out, and gone."""

from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from aiohttp import FormData

from libs.store.attached import drop_unnamed
from libs.store.clock import utc_now
from libs.store.files import Files
from libs.store.ids import new_id
from libs.web.executing import STORE
from libs.web.settings import SETTINGS
from services.activity.notes.routes import MOST_FILES
from services.activity.notes.store import FILES
from tests.services.activity.notes.making import PATH, attached, noted
from tests.support.services import Running


async def downloaded(activity: Running, path: str, **headers: str) -> tuple[int, bytes, Any]:
    sent = {"Authorization": f"Bearer {activity.identities.token('read_only')}", **headers}
    async with activity.session.get(f"{activity.url}{path}", headers=sent) as response:
        return response.status, await response.read(), response.headers


async def kept(activity: Running, note_id: str) -> list[str]:
    """The ids of the files that lie beside a note."""
    return [each for each in await Files(activity.app[STORE], FILES.bucket).ids() if each.startswith(note_id)]


async def test_a_file_is_kept_as_it_came_and_saved_but_never_shown(activity: Running) -> None:
    note = await noted(activity)

    status, changed = await attached(activity, note["id"])
    [file] = changed["attachments"]
    _, content, headers = await downloaded(activity, f"{PATH}/{note['id']}/attachments/{file['id']}")

    assert (status, file["name"], file["content_type"], file["size"]) == (200, "Offer é.txt", "text/plain", 10)
    assert content == b"0123456789"
    assert file["sha256"] == sha256(content).hexdigest()
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''Offer%20%C3%A9.txt"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("asked", "status", "content", "told"),
    [
        ({"Range": "bytes=2-4"}, 206, b"234", "bytes 2-4/10"),
        ({"Range": "bytes=7-"}, 206, b"789", "bytes 7-9/10"),
        ({"Range": "bytes=-2"}, 206, b"89", "bytes 8-9/10"),
        ({"Range": "bytes=5-99"}, 206, b"56789", "bytes 5-9/10"),
        ({"Range": "bytes=-99"}, 206, b"0123456789", "bytes 0-9/10"),
        ({"Range": "bytes=0-1,4-5"}, 200, b"0123456789", None),
        ({"Range": "lines=1-2"}, 200, b"0123456789", None),
        ({"Range": "bytes=2-4", "If-Range": '"other"'}, 200, b"0123456789", None),
    ],
)
async def test_a_range_is_sent_alone(
    activity: Running, asked: dict[str, str], status: int, content: bytes, told: str | None
) -> None:
    note = await noted(activity)
    _, changed = await attached(activity, note["id"])
    path = f"{PATH}/{note['id']}/attachments/{changed['attachments'][0]['id']}"

    found, body, headers = await downloaded(activity, path, **asked)

    assert (found, body, headers.get("Content-Range")) == (status, content, told)
    assert (headers["Accept-Ranges"], headers["Content-Length"]) == ("bytes", str(len(content)))


async def test_a_range_behind_the_end_is_refused_with_the_size(activity: Running) -> None:
    note = await noted(activity)
    _, changed = await attached(activity, note["id"])
    path = f"{PATH}/{note['id']}/attachments/{changed['attachments'][0]['id']}"

    status, _, headers = await downloaded(activity, path, Range="bytes=10-")

    assert (status, headers["Content-Range"]) == (416, "bytes */10")


async def test_a_large_file_is_pieced_together_from_ranges(activity: Running) -> None:
    content = Random(7).randbytes(1_200_000)
    note = await noted(activity)
    _, changed = await attached(activity, note["id"], content)
    path = f"{PATH}/{note['id']}/attachments/{changed['attachments'][0]['id']}"

    bounds = [0, 1, 261_119, 261_121, 600_000, 1_200_000]
    pieces = [
        (await downloaded(activity, path, Range=f"bytes={start}-{end - 1}"))[1] for start, end in pairwise(bounds)
    ]

    assert b"".join(pieces) == content


@pytest.mark.parametrize(
    ("setting", "value", "refusal"),
    [
        ("refused_attachments", frozenset({"text/*"}), (415, "file_type_refused")),
        ("refused_attachments", frozenset({"bin"}), (415, "file_type_refused")),
        ("largest_attachment", 9, (413, "file_too_large")),
        ("attachments_together", 19, (413, "too_large")),
    ],
)
async def test_what_is_over_a_limit_is_refused_and_not_kept(
    activity: Running, monkeypatch: pytest.MonkeyPatch, setting: str, value: object, refusal: tuple[int, str]
) -> None:
    note = await noted(activity)
    _, first = await attached(activity, note["id"])
    monkeypatch.setattr(activity.app[SETTINGS], setting, value)

    status, problem = await attached(activity, note["id"], name="Offer.BIN")

    assert (status, problem["code"]) == refusal
    assert await kept(activity, note["id"]) == [first["attachments"][0]["id"]]


@pytest.mark.parametrize(
    ("told", "kept_as"),
    [("../../Offer.txt", "Offer.txt"), ("C:\\x\\Offer.txt", "Offer.txt"), ("a\u202etxt.b", "atxt.b"), ("..", "..")],
)
async def test_a_file_has_a_name_without_folders_and_without_what_nobody_can_see(
    activity: Running, told: str, kept_as: str
) -> None:
    note = await noted(activity)

    status, changed = await attached(activity, note["id"], name=told)

    assert (status, changed["attachments"][0]["name"]) == (200, kept_as)


@pytest.mark.parametrize(("files", "code"), [((), "missing"), ((b"",), "missing"), ((b"one", b"two"), "too_many")])
async def test_an_upload_is_one_file_with_something_in_it(
    activity: Running, files: tuple[bytes, ...], code: str
) -> None:
    note, form = await noted(activity), FormData(default_to_multipart=True)
    form.add_field("content_type", "text/plain")
    for content in files:
        form.add_field("file", BytesIO(content), filename="x.txt")
    token = {"Authorization": f"Bearer {activity.identities.token('administrator')}"}
    path = f"{activity.url}{PATH}/{note['id']}/attachments"
    async with activity.session.post(path, data=form, headers=token) as response:
        status, problem = response.status, await response.json()

    assert (status, problem["errors"][0]["code"]) == (422, code)
    assert await kept(activity, note["id"]) == []


async def test_a_note_has_so_many_files_and_no_more(activity: Running) -> None:
    note = await noted(activity)
    files = [
        {"id": f"{note['id']}-{number}", "name": "x", "content_type": "text/plain", "size": 1, "sha256": ""}
        for number in range(MOST_FILES)
    ]
    await activity.app[STORE].collection("notes").update_one({"_id": note["id"]}, {"$set": {"attachments": files}})

    status, problem = await attached(activity, note["id"])

    assert (status, problem["errors"][0]["code"]) == (422, "too_many")
    assert await kept(activity, note["id"]) == []


async def test_the_same_upload_twice_attaches_once(activity: Running) -> None:
    note = await noted(activity)
    key = {"Idempotency-Key": new_id()}

    first = await attached(activity, note["id"], headers=key)
    again = await attached(activity, note["id"], headers=key)

    assert again == first
    assert len((await activity.get(f"{PATH}/{note['id']}"))[1]["attachments"]) == 1


async def test_a_file_is_for_those_who_may_see_the_note_and_its_attachments(activity: Running) -> None:
    roles = [
        {"id": "own", "permissions": {"notes": {"read": "own", "write": "own"}}},
        {
            "id": "blind",
            "permissions": {"notes": {"read": "all", "write": "all"}},
            "fields": {"notes": {"attachments": "hidden"}},
        },
        {
            "id": "closed",
            "permissions": {"notes": {"read": "all", "write": "all"}},
            "fields": {"notes": {"attachments": "read_only"}},
        },
    ]
    await activity.know("roles", *roles)
    note = await noted(activity, user_id="somebody-else")
    _, changed = await attached(activity, note["id"])
    file = f"{PATH}/{note['id']}/attachments/{changed['attachments'][0]['id']}"

    async def told(*role: str) -> tuple[int, int, int]:
        sent = {"Authorization": f"Bearer {activity.identities.token(*role)}"}
        async with activity.session.get(f"{activity.url}{file}", headers=sent) as response:
            read = response.status
        written, _ = await attached(activity, note["id"], roles=role)
        return read, written, (await activity.delete(file, roles=role))[0]

    assert await told("own") == (404, 404, 404)
    assert await told("read_only") == (200, 403, 403)
    assert await told("blind") == (403, 403, 403)
    assert await told("closed") == (200, 403, 403)
    assert await kept(activity, note["id"]) == [changed["attachments"][0]["id"]]


async def test_a_file_goes_when_it_is_taken_off(activity: Running) -> None:
    note = await noted(activity)
    _, changed = await attached(activity, note["id"])
    file_id = changed["attachments"][0]["id"]
    file = f"{PATH}/{note['id']}/attachments/{file_id}"

    status, left = await activity.delete(file)

    assert (status, left["attachments"], await kept(activity, note["id"])) == (200, [], [])
    assert (await activity.delete(file))[0] == 404
    assert (await downloaded(activity, file))[0] == 404


async def test_files_go_with_notes_for_good_and_what_no_note_took_goes_too(activity: Running) -> None:
    store, notes = activity.app[STORE], [await noted(activity) for _ in range(3)]
    for note in notes:
        await attached(activity, note["id"])
    there, removed, purged = (note["id"] for note in notes)
    await activity.delete(f"{PATH}/{removed}")
    await store.collection("notes").delete_one({"_id": purged})
    orphan = f"{there}-{new_id()}"
    await Files(store, FILES.bucket).put(orphan, b"nobody took it")

    await drop_unnamed(store, FILES, before=utc_now() - timedelta(days=1))
    assert orphan in await kept(activity, there)
    await drop_unnamed(store, FILES, before=utc_now() + timedelta(seconds=1))

    assert [len(await kept(activity, each)) for each in (there, removed, purged)] == [1, 1, 0]
    assert orphan not in await kept(activity, there)
    assert (await activity.post(f"{PATH}/{removed}/restore"))[1]["attachments"]
