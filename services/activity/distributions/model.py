"""One activity for each of many records: a quick campaign, the calls of a campaign activity."""

from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, Field, model_validator

from libs.contracts.activity import PartyRole
from libs.contracts.values import Reference, Value
from services.activity.activities.model.activity import Activity
from services.activity.activities.model.parties import Party

MOST_RECORDS: Final = 100_000
MOST_FAILURES: Final = 50
"""How many failures the result of a job names."""

RecordId = Annotated[str, Field(min_length=1, max_length=64)]


class Distribute(Value):
    """An `activity` as a create would send it, and the records of a `collection` that each get one.

    They are told by `ids`, or by a `filter` as lists take it. Each activity is regarding its record; with a `role` the
    record takes part in that instead.
    """

    activity: dict[str, Any]
    collection: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,40}$")]
    ids: Annotated[tuple[RecordId, ...], Field(min_length=1, max_length=MOST_RECORDS)] | None = None
    filter: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    role: PartyRole | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("send either ids or a filter")
        return self


class Distribution(BaseModel):
    """What the job is told. The activity and `portions` of ids lie beside it; `begun_at` is in milliseconds."""

    collection: str
    role: PartyRole | None
    portions: int
    begun_at: int


class Match(BaseModel):
    id: str


class Page(BaseModel):
    """What is read of a page of another service's list."""

    value: tuple[Match, ...]


class Failure(BaseModel):
    """Why a record has no activity; `code` is that of a refusal."""

    id: str
    code: str
    detail: str


class Distributed(BaseModel):
    """How many activities there are now; of those that failed the first 50 are named."""

    created: int
    failed: int
    failures: tuple[Failure, ...]


def placed(activity: Activity, record: Reference, role: PartyRole | None, *, id: str) -> Activity:
    """The activity of one record; raises `InvalidFields` where it has no place for it."""
    if role is None:
        return activity.model_copy(update={"id": id, "regarding": record})
    party = Party(role=role, collection=record.collection, id=record.id, name=record.name)
    return activity.model_copy(update={"id": id, "parties": (*activity.parties, party)}).settled()
