"""Saved views in the database of their service."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from libs.domain.grants import Grants, Operation, may
from libs.domain.record import Index
from libs.domain.refusals import NotFound
from libs.store.errors import answering
from libs.store.listing import find_page
from libs.store.mongo import Document
from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.query.options import ListQuery
from libs.store.store import Store
from libs.web.saved_views.model import SavedView, Visibility, shows

COLLECTION: Final = "saved_views"
INDEXES: Final[Mapping[str, tuple[Index, ...]]] = {COLLECTION: (Index(("collection", "name")), Index(("owner_id",)))}

QUERY_FIELDS: Final[QueryFields] = {
    name: QueryField(name, kind, sortable=True, searchable=name == "name", choices=choices)
    for name, kind, choices in (
        ("id", FieldKind.ID, ()),
        ("collection", FieldKind.TEXT, ()),
        ("name", FieldKind.TEXT, ()),
        ("visibility", FieldKind.CHOICE, tuple(Visibility)),
        ("team_id", FieldKind.ID, ()),
        ("owner_id", FieldKind.ID, ()),
        ("created_at", FieldKind.DATETIME, ()),
        ("modified_at", FieldKind.DATETIME, ()),
    )
}


def view_of(document: Document) -> SavedView:
    return SavedView.model_validate({"id": document["_id"], **document})


def document_of(view: SavedView) -> Document:
    return {"_id": view.id, **view.model_dump(exclude={"id"})}


@answering()
async def find(store: Store, view_id: str, grants: Grants) -> SavedView:
    """Raises `NotFound`, also for a view that is not for the caller."""
    document = await store.collection(COLLECTION).find_one({"_id": view_id})
    if document is None or not shows(view := view_of(document), grants):
        raise NotFound(f"no saved view has the id {view_id}")
    return view


async def page(
    store: Store, query: ListQuery, collections: Sequence[str], grants: Grants
) -> tuple[list[SavedView], int | None]:
    """Views of these collections that are for the caller; one more than the page holds, if there are more."""
    found, count = await find_page(store.collection(COLLECTION), query, _for(grants, collections))
    return [view_of(document) for document in found], count


def _for(grants: Grants, collections: Sequence[str]) -> Document:
    of_these: Document = {"collection": {"$in": list(collections)}}
    if grants.everything:
        return of_these
    readable = {"collection": {"$in": [name for name in collections if may(grants, name, Operation.READ)]}}
    shown: list[dict[str, Any]] = [
        {"visibility": Visibility.EVERYONE, **readable},
        {"visibility": Visibility.TEAM, "team_id": {"$in": sorted(grants.team_ids)}, **readable},
    ]
    return {**of_these, "$or": [{"owner_id": grants.user_id}, *shown]}
