"""`GET /docs`: Swagger UI from an installed package, and a page of the events; nothing is loaded from elsewhere."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable

import orjson
from aiohttp import hdrs, web

from services.gateway.docs.events import events_page

# Swagger UI sets style attributes and draws its icons from data URLs; scripts come from here alone.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the page, compressed once."""

    compressed: bytes
    plain: bytes
    content_type: str
    etag: str

    @classmethod
    def read(cls, file: Traversable, content_type: str) -> "Asset":
        return cls.of(file.read_bytes(), content_type)

    @classmethod
    def of(cls, plain: bytes, content_type: str) -> "Asset":
        etag = f'"{blake2b(plain, digest_size=12).hexdigest()}"'
        return cls(gzip.compress(plain, mtime=0), plain, content_type, etag)

    def answer(self, request: web.Request) -> web.Response:
        """The file, or 304 to a browser that has it."""
        headers = {
            **SECURITY_HEADERS,
            hdrs.ETAG: self.etag,
            hdrs.CACHE_CONTROL: "no-cache",
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
        }
        if request.headers.get(hdrs.IF_NONE_MATCH) == self.etag:
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = self.content_type
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            return web.Response(body=self.compressed, headers=headers | {hdrs.CONTENT_ENCODING: "gzip"})
        return web.Response(body=self.plain, headers=headers)


@cache
def assets() -> Mapping[str, Asset]:
    """The page and its files, by path; read once."""
    own, swagger_ui = files("services.gateway.docs"), files("swagger_ui") / "static"
    html, javascript, css = (f"text/{kind}; charset=utf-8" for kind in ("html", "javascript", "css"))
    asyncapi = (files("libs.contracts") / "asyncapi.json").read_bytes()
    return {
        "/asyncapi.json": Asset.of(asyncapi, "application/json"),
        "/docs": Asset.read(own / "page.html", html),
        "/docs/events": Asset.of(events_page(orjson.loads(asyncapi)).encode(), html),
        "/docs/page.css": Asset.read(own / "page.css", css),
        "/docs/start.js": Asset.read(own / "start.js", javascript),
        "/docs/swagger-ui-bundle.js": Asset.read(swagger_ui / "swagger-ui-bundle.js", javascript),
        "/docs/swagger-ui.css": Asset.read(swagger_ui / "swagger-ui.css", css),
        "/docs/favicon-32x32.png": Asset.read(swagger_ui / "favicon-32x32.png", "image/png"),
    }


def add_routes(router: web.UrlDispatcher) -> None:
    async def get_asset(request: web.Request) -> web.Response:
        return assets()[request.rel_url.raw_path].answer(request)

    for path in assets():
        router.add_get(path, get_asset)
