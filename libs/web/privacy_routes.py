"""What a service has written for an export, for whoever asked for that."""

from contextlib import aclosing
from typing import Final

from aiohttp import web

from libs.domain.grants import Operation, reaches
from libs.domain.refusals import NotFound
from libs.privacy.exporting import PARTS
from libs.privacy.tasks import PrivacyTask
from libs.store.errors import answering
from libs.store.files import Files
from libs.web.api import Route, Rule
from libs.web.downloading import streamed
from libs.web.executing import STORE
from libs.web.requests import grants_of

REQUESTS: Final = "privacy_requests"


async def read_part(request: web.Request) -> web.StreamResponse:
    """One collection of one service; raises `NotFound` for what is not kept, or was asked for by another."""
    store, id_ = request.app[STORE], request.match_info["id"]
    task_id = id_.partition("-")[2].rpartition(".")[0]
    async with answering():
        task = await store.collection(PrivacyTask.collection).find_one({"_id": task_id}, {"owner_id": 1})
    if task is None or not reaches(grants_of(request), REQUESTS, Operation.READ, task):
        raise NotFound(f"nothing is kept as {id_}")
    headers = {"Content-Type": "application/octet-stream", "Cache-Control": "no-store"}
    async with aclosing(Files(store, PARTS).pieces(id_)) as pieces:
        return await streamed(request, pieces, headers=headers)


def privacy_routes() -> list[Route]:
    return [
        Route(
            "GET",
            "/api/v1/privacy_parts/{id}",
            read_part,
            Rule(REQUESTS, Operation.READ),
            "A collection of one service in the export of a person's data",
        )
    ]
