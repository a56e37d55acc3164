"""Notes and their files, as tests make them."""

from io import BytesIO
from typing import Any

from aiohttp import FormData

from tests.support.services import Running

PATH = "/api/v1/notes"
BOB = {"collection": "contacts", "id": "bob"}


async def noted(activity: Running, text: str = "They open two.", *, user_id: str = "user-1", **fields: Any) -> Any:
    status, note = await activity.post(PATH, {"text": text, "regarding": BOB, **fields}, user_id=user_id)
    assert status == 201, note
    return note


async def attached(
    activity: Running,
    note_id: str,
    content: bytes = b"0123456789",
    name: str = "Offer é.txt",
    *,
    roles: tuple[str, ...] = ("administrator",),
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    """The answer to an upload."""
    form = FormData(quote_fields=False)
    form.add_field("file", BytesIO(content), filename=name, content_type="text/plain; charset=utf-8")
    sent = {"Authorization": f"Bearer {activity.identities.token(*roles)}", **(headers or {})}
    async with activity.session.post(
        f"{activity.url}{PATH}/{note_id}/attachments", data=form, headers=sent
    ) as response:
        return response.status, await response.json()
