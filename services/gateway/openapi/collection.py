"""Asking the services for their documents, and keeping the merged one for a while."""

import asyncio
from collections.abc import Callable, Mapping
from typing import cast

import orjson
from aiohttp import ClientError, ClientTimeout, web

from libs.telemetry.logs import logger
from services.gateway.openapi.merge import Json, merge
from services.gateway.upstreams import Upstream, Upstreams

ASKED_WITHIN = ClientTimeout(total=10)  # a service writes its document when it is first asked
KEPT_SECONDS = 60.0
KEPT_SECONDS_INCOMPLETE = 5.0
LARGEST_BYTES = 8 * 1024 * 1024
PATH = "/openapi.json"

_log = logger()


Rendering = Callable[[Json], bytes]


class MergedDocument:
    """The merged document, as bytes; one request at a time collects it, the others wait for the same."""

    def __init__(self, info: Json, upstreams: Upstreams, own: Json) -> None:
        self._info = info
        self._upstreams = upstreams
        self._own = own
        self._last_known: dict[str, Json] = {}
        self._merged: Json = {}
        self._rendered: dict[Rendering, bytes] = {}
        self._fresh_until = float("-inf")
        self._collecting = asyncio.Lock()

    async def rendered(self, render: Rendering) -> bytes:
        """The document as `render` writes it, at most a minute old, or five seconds while a service does not answer."""
        async with self._collecting:
            now = asyncio.get_running_loop().time()
            if now >= self._fresh_until:
                missing = await self._collect()
                self._merged, self._rendered = merge(self._info, self._documents(), missing), {}
                self._fresh_until = now + (KEPT_SECONDS_INCOMPLETE if missing else KEPT_SECONDS)
            if render not in self._rendered:
                self._rendered[render] = render(self._merged)
            return self._rendered[render]

    def _documents(self) -> Mapping[str, Json]:
        known = self._last_known
        return {"gateway": self._own} | {name: known[name] for name in self._upstreams if name in known}

    async def _collect(self) -> list[str]:
        """Learn what the services answer; returns those of which nothing is known."""
        asked = await asyncio.gather(*(_document_of(upstream) for upstream in self._upstreams.values()))
        for service, document in zip(self._upstreams, asked, strict=True):
            if document is not None:
                self._last_known[service.value] = document
        return [service.value for service in self._upstreams if service.value not in self._last_known]


DOCUMENT = web.AppKey("document", MergedDocument)


async def _document_of(upstream: Upstream) -> Json | None:
    headers = {"Accept-Encoding": "identity"}
    try:
        async with upstream.session.get(upstream.url(PATH), headers=headers, timeout=ASKED_WITHIN) as answer:
            if answer.status != 200 or (answer.content_length or 0) > LARGEST_BYTES:
                return None
            document = orjson.loads(await answer.read())
    except (ClientError, TimeoutError, orjson.JSONDecodeError) as error:
        _log.info("openapi_part_missing", service=upstream.service.value, cause=repr(error))
        return None
    return cast(Json, document) if isinstance(document, dict) else None
