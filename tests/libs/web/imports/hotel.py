"""A service of guests and hosts, and what people do to import some."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from io import StringIO
from typing import Annotated, Any

from aiohttp import FormData, web

from libs.domain.directory import CustomFieldEntry
from libs.domain.fields import INDEXED, Line
from libs.domain.record import Record
from libs.store.store import Store
from libs.web.assembling import create_app
from libs.web.executing import STORE
from libs.web.resource import Resource
from libs.web.server import serve
from libs.web.service import Service
from libs.web.settings import ServiceSettings
from tests.libs.tables.records import Guest
from tests.support.services import Running
from tests.support.waiting import eventually


class Host(Record, collection="hosts", aggregate="hotel.host"):
    name: Annotated[Line, INDEXED]


HOTEL = Service("hotel", resources=(Resource(Guest), Resource(Host)))
ENDED = ("uploaded", "checked", "completed", "canceled", "failed", "undone")


@dataclass
class Hotel:
    service: Running

    @property
    def store(self) -> Store:
        return self.service.app[STORE]

    async def send(
        self,
        file: str | bytes,
        *,
        role: str = "administrator",
        user_id: str = "user-1",
        once: str | None = None,
        **fields: Any,
    ) -> tuple[int, Any]:
        """Sends a file of guests, under the Idempotency-Key `once`; the status and the import."""
        form = FormData()
        for name, value in {"collection": "guests", **fields}.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        content = file.encode() if isinstance(file, str) else file
        form.add_field("file", content, filename="guests.csv", content_type="text/csv")
        headers = {"Authorization": f"Bearer {self.service.identities.token(role, user_id=user_id)}"}
        headers |= {"Idempotency-Key": once} if once else {}
        url = f"{self.service.url}/api/v1/imports"
        async with self.service.session.post(url, data=form, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def given(self, file: str | bytes, **fields: Any) -> str:
        status, found = await self.send(file, **fields)
        assert status == 201, found
        return str(found["id"])

    async def do(self, import_id: str, action: str, *, role: str = "administrator") -> dict[str, Any]:
        """Begins an action and waits until its job has ended."""
        status, answer = await self.service.post(f"/api/v1/imports/{import_id}/{action}", roles=(role,))
        assert status == 200, answer
        return await self.ended(import_id)

    async def read(self, import_id: str) -> dict[str, Any]:
        _, found = await self.service.get(f"/api/v1/imports/{import_id}")
        return dict(found)

    async def ended(self, import_id: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            found = await self.read(import_id)
            return found if found["state"] in ENDED else None

        return await eventually(look)

    async def imported(self, file: str | bytes, *, role: str = "administrator", **fields: Any) -> dict[str, Any]:
        """Sends a file, and runs it."""
        return await self.do(await self.given(file, role=role, **fields), "run", role=role)

    async def define(self, *fields: CustomFieldEntry) -> None:
        """Adds custom fields, as an administrator would."""
        await self.service.know("custom_fields", *(field.model_dump(mode="json") for field in fields))

    async def errors(self, import_id: str) -> list[dict[str, Any]]:
        _, page = await self.service.get(f"/api/v1/imports/{import_id}/errors")
        return list(page["value"])

    async def guests(self, select: str = "last_name") -> list[Any]:
        """One field of all guests, in the order of their ids."""
        _, page = await self.service.get(f"/api/v1/guests?$top=1000&$select={select}")
        return [guest[select] for guest in page["value"]]


def csv_file(*rows: list[Any], delimiter: str = ",") -> str:
    lines = StringIO(newline="")
    csv.writer(lines, delimiter=delimiter).writerows(rows)
    return lines.getvalue()


def counted(found: dict[str, Any]) -> dict[str, int]:
    """What has come of an import, without zeros."""
    return {name: count for name, count in found["counts"].items() if count}


async def make_app(settings: ServiceSettings) -> web.Application:
    return await create_app(HOTEL, settings)


if __name__ == "__main__":
    serve("hotel", make_app)
