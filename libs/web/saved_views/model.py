"""The saved view, and who may see and change it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from libs.domain.fields import Line
from libs.domain.grants import Grants, Operation, may
from libs.domain.record import Draft
from libs.domain.refusals import InvalidFields
from libs.store.query.limits import MAX_OPTION_LENGTH

Option = Annotated[str, Field(max_length=MAX_OPTION_LENGTH)]

OPTIONS: Final[Mapping[str, str]] = {
    "filter": "$filter",
    "search": "$search",
    "orderby": "$orderby",
    "select": "$select",
    "expand": "$expand",
}
"""Fields of a view, and the query options of lists that they are."""


class Visibility(StrEnum):
    PRIVATE = "private"
    TEAM = "team"
    EVERYONE = "everyone"


class ViewDraft(Draft):
    """What a client says of a view. The options are as lists take them; one that is empty is not used."""

    collection: Annotated[str, Field(min_length=1, max_length=60)]
    name: Line
    filter: Option = ""
    search: Option = ""
    orderby: Option = ""
    select: Option = ""
    expand: Option = ""
    visibility: Visibility = Visibility.PRIVATE
    team_id: Annotated[str, Field(max_length=64)] | None = None

    @property
    def options(self) -> list[tuple[str, str]]:
        """The query that the view stands for."""
        return [(option, value) for name, option in OPTIONS.items() if (value := getattr(self, name))]


class SavedView(BaseModel):
    """A view as it is kept."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    version: int = 1
    owner_id: str
    collection: str
    name: str
    filter: str = ""
    search: str = ""
    orderby: str = ""
    select: str = ""
    expand: str = ""
    visibility: Visibility = Visibility.PRIVATE
    team_id: str | None = None
    created_at: datetime
    modified_at: datetime


def refuse_wrong_audience(draft: ViewDraft, grants: Grants) -> None:
    """Raises `InvalidFields`: a view is for one of its owner's teams, or names none."""
    if draft.visibility is not Visibility.TEAM:
        if draft.team_id is not None:
            raise InvalidFields.at("/team_id", "not_for_a_team", "goes with the visibility team alone")
    elif draft.team_id is None:
        raise InvalidFields.at("/team_id", "missing", "say which team")
    elif draft.team_id not in grants.team_ids and not grants.everything:
        raise InvalidFields.at("/team_id", "unknown_reference", "not a team of yours")


def shows(view: SavedView, grants: Grants) -> bool:
    """Whether the caller may use the view; what it then lists is up to their roles."""
    if grants.everything or view.owner_id == grants.user_id:
        return True
    if not may(grants, view.collection, Operation.READ):
        return False
    return view.visibility is Visibility.EVERYONE or (
        view.visibility is Visibility.TEAM and view.team_id in grants.team_ids
    )


def is_keeper(view: SavedView, grants: Grants) -> bool:
    """Whether the caller may change and remove it."""
    return grants.everything or view.owner_id == grants.user_id
