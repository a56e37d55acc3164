"""Saved views over HTTP: everybody keeps their own, and sees those for their teams and for everyone.

`?collection=` lists the views of one collection alone.
"""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from libs.domain.record import Record
from libs.domain.refusals import FieldError, Forbidden, InvalidFields, StaleVersion
from libs.store.clock import utc_now
from libs.store.documents import to_json
from libs.store.ids import new_id
from libs.store.query.options import parse_list_query
from libs.store.query.refusals import InvalidQuery
from libs.store.queryable import ways_of
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.access import Operation, require
from libs.web.answers import json_response, rendered
from libs.web.api import SIGNED_IN, Route
from libs.web.executing import STORE, execute
from libs.web.listing import list_query_of, list_response
from libs.web.patching import merge, patch_of
from libs.web.requests import body_of, caller_of, etag, fields_open_to, grants_of, if_match, parse
from libs.web.resource import Resource
from libs.web.saved_views import store
from libs.web.saved_views.model import SavedView, ViewDraft, is_keeper, refuse_wrong_audience

BASE: Final = "/api/v1/saved_views"
ONE: Final = f"{BASE}/{{id}}"


class SavedViewRoutes:
    """The views of one service's collections."""

    def __init__(self, resources: Iterable[Resource[Record]]) -> None:
        self._records = {resource.collection: resource.record for resource in resources}

    def routes(self) -> list[Route]:
        """None for a service without collections."""
        if not self._records:
            return []
        return [
            Route("GET", BASE, self.list, SIGNED_IN, "List saved views", answer=SavedView, lists=True),
            Route("POST", BASE, self.create, SIGNED_IN, "Save a view", ViewDraft, SavedView, status=201),
            Route("GET", ONE, self.read, SIGNED_IN, "Read one saved view", answer=SavedView),
            Route("PATCH", ONE, self.change, SIGNED_IN, "Change a saved view", ViewDraft, SavedView),
            Route("DELETE", ONE, self.remove, SIGNED_IN, "Remove a saved view", status=204),
        ]

    async def list(self, request: web.Request) -> web.Response:
        query = list_query_of(request, store.QUERY_FIELDS)
        collections = request.query.getall("collection", list(self._records))
        return list_response(
            request, query, *await store.page(request.app[STORE], query, collections, grants_of(request))
        )

    async def read(self, request: web.Request) -> web.Response:
        return _shown(await store.find(request.app[STORE], request.match_info["id"], grants_of(request)))

    async def create(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        draft = self._sound(request, parse(body, ViewDraft))

        async def command(work: UnitOfWork) -> Answer:
            view = SavedView(
                id=f"{work.store.service}-{new_id()}",
                owner_id=caller_of(request).user_id,
                created_at=work.now,
                modified_at=work.now,
                **draft.values(),
            )
            work.put(store.COLLECTION, store.document_of(view))
            headers = {"Location": f"{BASE}/{view.id}", "ETag": etag(view.version)}
            return Answer(201, to_json(view.model_dump()), headers)

        return await execute(request, command, body=body)

    async def change(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        patch = patch_of(body)

        async def command(work: UnitOfWork) -> Answer:
            current = await self._kept(request)
            now = current.model_dump(include=set(ViewDraft.model_fields), exclude_none=True)
            draft = self._sound(request, parse(to_json(merge(now, patch)), ViewDraft))
            if draft.collection != current.collection:
                raise InvalidFields.at("/collection", "fixed", "a view stays with its collection")
            fields = {**draft.values(), "version": current.version + 1, "modified_at": work.now}
            work.amend(store.COLLECTION, {"_id": current.id, "version": current.version}, {"$set": fields})
            changed = current.model_copy(update=fields)
            return Answer(200, to_json(changed.model_dump()), {"ETag": etag(changed.version)})

        return await execute(request, command, body=body)

    async def remove(self, request: web.Request) -> web.Response:
        async def command(work: UnitOfWork) -> Answer:
            current = await self._kept(request)
            work.consume(store.COLLECTION, {"_id": current.id, "version": current.version})
            return rendered(work, None)

        return await execute(request, command)

    async def _kept(self, request: web.Request) -> SavedView:
        """The view, for whoever may change it, at the version that they expect."""
        grants = grants_of(request)
        view = await store.find(request.app[STORE], request.match_info["id"], grants)
        if not is_keeper(view, grants):
            raise Forbidden("only its owner changes a saved view")
        if (expected := if_match(request)) is not None and expected != view.version:
            raise StaleVersion(f"the view is at version {view.version}")
        return view

    def _sound(self, request: web.Request, draft: ViewDraft) -> ViewDraft:
        """The draft; raises `InvalidFields` where a list would refuse what it says."""
        record, grants = self._records.get(draft.collection), grants_of(request)
        if record is None:
            raise InvalidFields.at("/collection", "unknown_collection", f"one of {', '.join(sorted(self._records))}")
        require(grants, draft.collection, Operation.READ)
        refuse_wrong_audience(draft, grants)
        fields, every = fields_open_to(request, record), tuple(self._records.values())
        try:
            parse_list_query(draft.options, fields, now=utc_now(), ways=lambda: ways_of(record, every, grants))
        except InvalidQuery as refused:
            errors = [
                FieldError(f"/{each.pointer.removeprefix('$')}", each.code, each.detail) for each in refused.errors
            ]
            raise InvalidFields("a list would refuse this", errors=errors) from None
        return draft


def _shown(view: SavedView) -> web.Response:
    return json_response(to_json(view.model_dump()), headers={"ETag": etag(view.version)})
