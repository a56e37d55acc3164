"""The directory over HTTP, for the other services; the gateway does not offer it."""

from typing import Final

from aiohttp import web

from libs.domain.directory import DirectoryDocument
from libs.web.answers import json_response
from libs.web.api import ANYONE, Route
from libs.web.executing import STORE
from libs.web.identity_client import DIRECTORY_PATH
from services.identity.directory.store import read_directory


async def directory(request: web.Request) -> web.Response:
    document = await read_directory(request.app[STORE])
    return json_response(document.model_dump_json(by_alias=True).encode())


ROUTES: Final = (
    Route("GET", DIRECTORY_PATH, directory, ANYONE, "Who has which roles and teams", answer=DirectoryDocument),
)
