"""The routes of a resource: list, create, read, change, remove, and its actions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from aiohttp import web

from libs.contracts.collections import CUSTOM
from libs.domain.custom_fields import CustomFields
from libs.domain.grants import EVERYTHING, Grants, paths_in, refuse_closed_fields
from libs.domain.kinds import described
from libs.domain.money import refuse_excess_digits
from libs.domain.pointing import Leads
from libs.domain.record import Record, draft_of, revision_of
from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.query.expansion import Ways
from libs.store.query.options import (
    RECORD_OPTIONS,
    GroupQuery,
    ListQuery,
    asks_for_groups,
    parse_group_query,
    parse_list_query,
    parse_record_query,
)
from libs.store.query.paging import next_link
from libs.store.queryable import ways_of
from libs.store.reading import Page, count_up_to, presented, read_groups, read_one, read_page
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.tables.formats import CONTENT_TYPES
from libs.web import odata
from libs.web.access import Operation
from libs.web.answers import created, json_response, rendered
from libs.web.api import LIST_OPTIONS, Handler, Route, Rule
from libs.web.bulk import bulk_create
from libs.web.drafting import drafted
from libs.web.duplicates.noticing import allows_duplicates, notice, told_in_header
from libs.web.executing import STORE, execute
from libs.web.exporting import EXPORT_OPTIONS, export
from libs.web.merging import MergeRoutes
from libs.web.patching import patch_of, revised
from libs.web.references import REFERENCES, named, pointers_in
from libs.web.requests import body_of, custom_fields_of, etag, fields_open_to, grants_of, parse
from libs.web.resource import Action, Resource

R = TypeVar("R", bound=Record)


class CollectionRoutes(Generic[R]):
    """What `/api/v1/<collection>` does for one resource."""

    def __init__(self, resource: Resource[R], records: Iterable[type[Record]] = ()) -> None:
        """`records` are all those of the service: what `$expand` can reach."""
        self._resource = resource
        self._record = resource.record
        self._records = tuple(records)
        self._base = f"/api/v1/{resource.collection}"
        self._one = f"{self._base}/{{id}}"

    def routes(self) -> Iterator[Route]:
        """In the order in which paths are tried: `/export` is not an id."""
        yield from self._reading()
        yield from self._writing()
        yield from self._acting()
        if (merging := self._resource.all_merging()) is not None:
            yield from MergeRoutes(merging).routes()

    def _reading(self) -> Iterator[Route]:
        name, record, read = self._resource.collection, self._record, Rule(self._resource.collection, Operation.READ)
        ways = ways_of(record, self._records, EVERYTHING)
        yield Route("GET", self._base, self.list, read, f"List {name}", answer=record, lists=True, ways=ways)
        yield Route(
            "GET",
            f"{self._base}/$count",
            self.count,
            read,
            f"Count {name}",
            options={option: LIST_OPTIONS[option] for option in ("$filter", "$search")},
            media=("text/plain",),
        )
        yield Route(
            "GET",
            f"{self._base}/export",
            self.export,
            read,
            f"All {name} of a list as a file",
            options=EXPORT_OPTIONS,
            media=tuple(CONTENT_TYPES.values()),
        )
        if self._resource.removable:
            delete, summary = Rule(name, Operation.DELETE), f"List the {name} that were removed and can be restored"
            bin_ = f"{self._base}/deleted"
            yield Route("GET", bin_, self.list_removed, delete, summary, answer=record, lists=True, ways=ways)
        yield Route(
            "GET",
            self._one,
            self.read,
            read,
            f"Read one {self._resource.label}",
            answer=record,
            options={option: LIST_OPTIONS[option] for option in RECORD_OPTIONS},
        )

    def _writing(self) -> Iterator[Route]:
        name, label, record = self._resource.collection, self._resource.label, self._record
        if self._resource.creatable:
            create, draft = Rule(name, Operation.CREATE), described(record, draft_of)
            yield Route("POST", self._base, self.create, create, f"Create a {label}", draft, record, status=201)
            many = f"Create up to 1,000 {name} at once"
            yield Route("POST", f"{self._base}/bulk", self.bulk, create, many, raw_body="bulk")
        write, revision = Rule(name, Operation.WRITE), described(record, revision_of)
        yield Route("PATCH", self._one, self.patch, write, f"Change a {label} by a JSON merge patch", revision, record)
        if self._resource.removable:
            delete = Rule(name, Operation.DELETE)
            yield Route("DELETE", self._one, self.remove, delete, f"Remove a {label}", status=204)

    def _acting(self) -> Iterator[Route]:
        for action in self._resource.all_actions():
            path, rule = f"{self._one}/{action.name}", Rule(self._resource.collection, action.operation)
            yield Route("POST", path, self._act(action), rule, action.summary, action.body, action.answer)

    async def list(self, request: web.Request) -> web.Response:
        return await (self._groups(request) if asks_for_groups(request.query) else self._page(request))

    async def list_removed(self, request: web.Request) -> web.Response:
        """The recycle bin; `modified_at` and `modified_by` of a record in it tell when and by whom it was removed."""
        return await self._page(request, removed=True)

    async def _groups(self, request: web.Request) -> web.Response:
        grants = grants_of(request)
        query = parse_group_query(request.query.items(), fields_open_to(request, self._record), now=utc_now())
        return self._listed(request, query, await read_groups(request.app[STORE], self._record, query, grants))

    async def _page(self, request: web.Request, *, removed: bool = False) -> web.Response:
        grants, query = grants_of(request), self._query(request)
        page = await read_page(request.app[STORE], self._record, query, grants, removed=removed)
        return self._listed(request, query, page)

    def _listed(self, request: web.Request, query: ListQuery | GroupQuery, page: Page) -> web.Response:
        body: dict[str, Any] = {
            **odata.context_of(request, self._resource.collection, query.shape),
            "value": page.value,
        }
        if page.count is not None:
            body["@odata.count"] = page.count
        if link := next_link(request.path, request.query.items(), query, has_more=page.has_more):
            body["@odata.nextLink"] = link
        return json_response(to_json(body), headers=odata.VERSION)

    async def count(self, request: web.Request) -> web.Response:
        number = await count_up_to(request.app[STORE], self._record, self._query(request), grants_of(request))
        return web.Response(text=str(number), headers=odata.VERSION)

    def _query(self, request: web.Request) -> ListQuery:
        fields, ways = fields_open_to(request, self._record), self._ways_open_to(grants_of(request))
        return parse_list_query(request.query.items(), fields, now=utc_now(), ways=ways)

    def _ways_open_to(self, grants: Grants) -> Callable[[], Ways]:
        """Where this caller may expand to; worked out only if the query asks for it."""
        return lambda: ways_of(self._record, self._records, grants)

    async def export(self, request: web.Request) -> web.StreamResponse:
        return await export(request, self._record)

    async def read(self, request: web.Request) -> web.Response:
        grants, fields = grants_of(request), fields_open_to(request, self._record)
        query = parse_record_query(request.query.items(), fields, self._ways_open_to(grants))
        store = request.app[STORE]
        view = await read_one(store, self._record, request.match_info["id"], grants)
        [shown] = await presented(store, [view], query, grants)
        context = odata.context_of(request, self._resource.collection, query.shape, of="/$entity")
        return json_response(to_json({**context, **shown}), headers={"ETag": etag(view["version"]), **odata.VERSION})

    async def create(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        custom = custom_fields_of(request, self._resource.collection)
        draft = drafted(self._record, body, grants_of(request), custom)
        names = await self._names(request, draft.__dict__, custom)
        draft = draft.model_copy(update=named(self._record, draft.values(), names)) if names else draft

        allowed = allows_duplicates(request)

        async def command(work: UnitOfWork) -> Answer:
            record = await self._resource.create_record(work, draft)
            return created(work, record, await self._told(work, record, allowed=allowed))

        return await execute(request, command, body=body, creates=self._resource.collection)

    async def bulk(self, request: web.Request) -> web.Response:
        return await bulk_create(request, self._resource)

    async def patch(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        patch = patch_of(body)
        refuse_closed_fields(paths_in(patch, patch.get(CUSTOM)), grants_of(request), self._resource.collection)
        custom = custom_fields_of(request, self._resource.collection)
        names = await self._names(request, patch, custom)
        allowed = allows_duplicates(request)

        async def command(work: UnitOfWork) -> Answer:
            current = await work.get_target(self._record, request.match_info["id"])
            wanted = revised(current, patch, custom)
            refuse_excess_digits(self._record, wanted.__dict__)
            linked = named(self._record, {name: getattr(wanted, name) for name in patch}, names)
            record = await self._resource.change_record(work, current, wanted.evolve(**linked))
            return rendered(work, record, await self._told(work, record, allowed=allowed))

        return await execute(request, command, body=body)

    async def _told(self, work: UnitOfWork, record: Record, *, allowed: bool) -> Mapping[str, str]:
        duplicates = told_in_header(await notice(work, record, allowed=allowed))
        return {**duplicates, **await self._resource.warnings(work, record)}

    async def remove(self, request: web.Request) -> web.Response:
        async def command(work: UnitOfWork) -> Answer:
            await self._resource.remove_record(work, await work.get_target(self._record, request.match_info["id"]))
            return rendered(work, None)

        return await execute(request, command)

    def _act(self, action: Action) -> Handler:
        async def act(request: web.Request) -> web.Response:
            body = await body_of(request)
            arguments = () if action.body is None else (parse(body, action.body),)
            if action.vet is not None:
                await action.vet(request, *arguments)

            async def command(work: UnitOfWork) -> Answer:
                result = await action.command(work, request.match_info["id"], *arguments)
                return rendered(work, result, await self._resource.warnings(work, result))

            return await execute(request, command, body=body)

        return act

    async def _names(self, request: web.Request, values: Mapping[str, Any], custom: CustomFields) -> Leads:
        """Checks the references in an input; where they lead."""
        pointers = pointers_in(self._record, values, custom)
        if not pointers:
            return {}
        return await request.app[REFERENCES].names(pointers, request)
