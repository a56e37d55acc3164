"""Routes as values: what serves requests, what OpenAPI describes and what permissions guard is one table."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from pydantic import BaseModel

from libs.store.query.expansion import Ways
from libs.web.access import Operation, require
from libs.web.requests import grants_of, set_operation

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use a route: those who may do `operation` on `collection`."""

    collection: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Anyone:
    """A public route; no sign-in is asked for."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A route for every caller who is signed in."""


LIST_OPTIONS: Final[Mapping[str, str]] = {
    "$filter": "OData v4 filter over the declared fields",
    "$orderby": "fields to sort by, each with asc or desc",
    "$select": "fields to return",
    "$expand": "records of the same service to return beside those that point to them, each with its own $select",
    "$apply": "groups instead of records: groupby((field),aggregate(field with sum as name,$count as name))",
    "$top": "records a page, at most 1000",
    "$skip": "records to pass over",
    "$count": "true adds the number of all that match",
    "$search": "words to look for",
}
_WITHOUT_SIGNS: Final = str.maketrans("", "", "{}$")

ANYONE: Final = Anyone()
SIGNED_IN: Final = SignedIn()


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `body` and `answer` are models for OpenAPI; `answer` None means no content.

    `options` describes the query options by name; a list that gives none takes those of OData, and `$expand` along
    `ways`. `media` names what an answer is that is no JSON.
    """

    method: str
    path: str
    handler: Handler
    guard: Rule | Anyone | SignedIn
    summary: str
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    lists: bool = False
    raw_body: str | None = None
    options: Mapping[str, str] | None = None
    media: tuple[str, ...] = ()
    ways: Ways = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The operation's id: `post_leads_id_qualify`."""
        parts = self.path.removeprefix("/api/v1").translate(_WITHOUT_SIGNS).strip("/")
        return f"{self.method.lower()}_{parts.replace('/', '_')}"


def guarded(route: Route) -> Handler:
    """The handler behind the rule of its route; the middleware has told who calls."""
    match route.guard:
        case Rule(collection, operation):

            async def checked(request: web.Request) -> web.StreamResponse:
                require(grants_of(request), collection, operation)
                set_operation(request, operation)
                return await route.handler(request)

            return checked
        case _:
            return route.handler
