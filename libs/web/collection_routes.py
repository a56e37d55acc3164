"""The routes of a resource: list, create, read, change, remove, and its actions."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from aiohttp import web

from libs.domain.grants import refuse_closed_fields
from libs.domain.kinds import described, kind_named
from libs.domain.money import refuse_excess_digits
from libs.domain.record import Draft, Record, draft_of, revision_of
from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.query.options import parse_list_query
from libs.store.query.paging import next_link
from libs.store.reading import read_one, read_page, visible_fields
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.answers import created, json_response, rendered
from libs.web.api import Route, Rule
from libs.web.bulk import bulk_create
from libs.web.executing import STORE, execute
from libs.web.exporting import CONTENT_TYPES, EXPORT_OPTIONS, export
from libs.web.patching import patch_of, revised
from libs.web.references import REFERENCES, named, pointers_in
from libs.web.requests import body_of, etag, grants_of, json_of, parse
from libs.web.resource import Action, Resource

R = TypeVar("R", bound=Record)


class CollectionRoutes(Generic[R]):
    """What `/api/v1/<collection>` does for one resource."""

    def __init__(self, resource: Resource[R]) -> None:
        self._resource = resource
        self._record = resource.record

    def routes(self) -> Iterator[Route]:
        name, label, record = self._resource.collection, self._resource.label, self._record
        base, one = f"/api/v1/{name}", f"/api/v1/{name}/{{id}}"
        read, write, delete = (Rule(name, each) for each in (Operation.READ, Operation.WRITE, Operation.DELETE))
        yield Route("GET", base, self.list, read, f"List {name}", answer=record, lists=True)
        yield Route(
            "GET",
            f"{base}/export",
            self.export,
            read,
            f"All {name} of a list as a file",
            options=EXPORT_OPTIONS,
            media=tuple(CONTENT_TYPES.values()),
        )
        if self._resource.removable:
            summary = f"List the {name} that were removed and can be restored"
            yield Route("GET", f"{base}/deleted", self.list_removed, delete, summary, answer=record, lists=True)
        yield Route("GET", one, self.read, read, f"Read one {label}", answer=record)
        if self._resource.creatable:
            create = Rule(name, Operation.CREATE)
            draft = described(record, draft_of)
            yield Route("POST", base, self.create, create, f"Create a {label}", draft, record, status=201)
            yield Route(
                "POST",
                f"{base}/bulk",
                self.bulk,
                create,
                f"Create up to 1,000 {name} at once",
                raw_body="bulk",
            )
        revision = described(record, revision_of)
        yield Route("PATCH", one, self.patch, write, f"Change a {label} by a JSON merge patch", revision, record)
        if self._resource.removable:
            yield Route("DELETE", one, self.remove, delete, f"Remove a {label}", status=204)
        for action in self._resource.all_actions():
            handler, rule = self._acting(action), Rule(name, action.operation)
            yield Route("POST", f"{one}/{action.name}", handler, rule, action.summary, action.body, action.answer)

    async def list(self, request: web.Request) -> web.Response:
        return await self._page(request)

    async def list_removed(self, request: web.Request) -> web.Response:
        """The recycle bin; `modified_at` and `modified_by` of a record in it tell when and by whom it was removed."""
        return await self._page(request, removed=True)

    async def _page(self, request: web.Request, *, removed: bool = False) -> web.Response:
        params = list(request.query.items())
        grants = grants_of(request)
        query = parse_list_query(params, visible_fields(self._record, grants), now=utc_now())
        page = await read_page(request.app[STORE], self._record, query, grants, removed=removed)
        body: dict[str, Any] = {"value": page.value}
        if page.count is not None:
            body["@odata.count"] = page.count
        if link := next_link(request.path, params, query, has_more=page.has_more):
            body["@odata.nextLink"] = link
        return json_response(to_json(body))

    async def export(self, request: web.Request) -> web.StreamResponse:
        return await export(request, self._record)

    async def read(self, request: web.Request) -> web.Response:
        view = await read_one(request.app[STORE], self._record, request.match_info["id"], grants_of(request))
        return json_response(to_json(view), headers={"ETag": etag(view["version"])})

    async def create(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        draft = self._drafted(body)
        refuse_closed_fields(draft.model_fields_set, grants_of(request), self._resource.collection)
        refuse_excess_digits(self._record, draft.__dict__)
        names = await self._names(request, draft.__dict__)
        draft = draft.model_copy(update=named(self._record, draft.values(), names)) if names else draft

        async def command(work: UnitOfWork) -> Answer:
            return created(work, await self._resource.create_record(work, draft))

        return await execute(request, command, body=body, creates=self._resource.collection)

    def _drafted(self, body: bytes) -> Draft:
        kind = kind_named(self._record, json_of(body or b"{}")) if self._record.kinds else self._record
        return parse(body, draft_of(kind))

    async def bulk(self, request: web.Request) -> web.Response:
        return await bulk_create(request, self._resource)

    async def patch(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        patch = patch_of(body)
        refuse_closed_fields(patch, grants_of(request), self._resource.collection)
        names = await self._names(request, patch)

        async def command(work: UnitOfWork) -> Answer:
            current = await work.get_target(self._record, request.match_info["id"])
            wanted = revised(current, patch)
            refuse_excess_digits(self._record, wanted.__dict__)
            linked = named(self._record, {name: getattr(wanted, name) for name in patch}, names)
            return rendered(work, await self._resource.change_record(work, current, wanted.evolve(**linked)))

        return await execute(request, command, body=body)

    async def remove(self, request: web.Request) -> web.Response:
        async def command(work: UnitOfWork) -> Answer:
            work.remove(await work.get_target(self._record, request.match_info["id"]))
            return rendered(work, None)

        return await execute(request, command)

    def _acting(self, action: Action) -> Any:
        async def act(request: web.Request) -> web.Response:
            body = await body_of(request)
            arguments = () if action.body is None else (parse(body, action.body),)

            async def command(work: UnitOfWork) -> Answer:
                return rendered(work, await action.command(work, request.match_info["id"], *arguments))

            return await execute(request, command, body=body)

        return act

    async def _names(self, request: web.Request, values: Mapping[str, Any]) -> dict[str, str]:
        """Checks the references in an input; what they are called, by `<collection>/<id>`."""
        pointers = pointers_in(self._record, values)
        if not pointers:
            return {}
        return await request.app[REFERENCES].names(pointers, request)
