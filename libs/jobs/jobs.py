"""Long jobs: imports, exports, merges, rebuilds. A job is a document that tells how far it is and outlives its process.

A job is begun in the commit of the command that wants it. Any copy of the service runs it; if that copy dies, another
resumes where the last step was saved.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict

from libs.domain.moves import Moves
from libs.domain.record import Index
from libs.domain.refusals import NotFound
from libs.jobs.leased import UNTRIED
from libs.store.errors import answering
from libs.store.ids import new_id
from libs.store.listing import find_page, owned
from libs.store.mongo import Document
from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.query.options import ListQuery
from libs.store.store import Store
from libs.store.work import UnitOfWork

if TYPE_CHECKING:
    from libs.jobs.progress import Progress

JOBS: Final = "jobs"
_MOST_QUEUED: Final = 1000
INDEXES: Final = (
    Index(("free_at",)),
    Index(("owner_id",)),
    Index(("finished_at",), expires_after=timedelta(days=30)),
)

I = TypeVar("I", bound=BaseModel)  # noqa: E741  # the input


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


MOVES: Final = Moves(
    {
        JobState.QUEUED: {"cancel": JobState.CANCELED},
        JobState.RUNNING: {"cancel": JobState.RUNNING},
        JobState.SUCCEEDED: {},
        JobState.FAILED: {},
        JobState.CANCELED: {},
    }
)


class JobError(BaseModel):
    """Why a job failed; `code` is as stable as that of a refusal."""

    code: str
    detail: str


class Job(BaseModel):
    """A job as clients see it. Of `total` steps, where that is known, `done` went well and `failed` did not."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    kind: str
    state: JobState
    owner_id: str | None = None
    done: int = 0
    failed: int = 0
    total: int | None = None
    result: dict[str, Any] | None = None
    error: JobError | None = None
    cancel_requested: bool = False
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @classmethod
    def of(cls, document: Document) -> "Job":
        return cls.model_validate({"id": document["_id"], **document})


Run = Callable[["Progress", I], Awaitable[BaseModel | dict[str, Any] | None]]


@dataclass(frozen=True, slots=True)
class JobKind(Generic[I]):
    """What jobs of one kind do. `via` is what their events tell; see `Context`."""

    name: str
    input: type[I]
    run: Run[I]
    via: str = "automation"

    def input_of(self, document: Document) -> I:
        return self.input.model_validate_json(orjson.dumps(document["input"]))


def job(name: str, input_: type[I], *, via: str = "automation") -> Callable[[Run[I]], JobKind[I]]:
    """`@job("import_contacts", ImportContacts, via="import")` before `async def import_contacts(progress, request)`.

    The function returns its result, at most some kilobytes; a `Refusal` that it raises is the reason of its failure.
    """

    def define(run: Run[I]) -> JobKind[I]:
        return JobKind(name, input_, run, via)

    return define


def begin(
    work: UnitOfWork, kind: JobKind[I] | str, request: I, *, total: int | None = None, after: timedelta = timedelta(0)
) -> Job:
    """Queues a job in this commit, on behalf of whoever asks, to run `after` so long at the earliest.

    A kind may be given by its name. Large inputs lie elsewhere and are named in `request`.
    """
    document: Document = {
        "_id": f"{work.store.service}-{new_id()}",
        "kind": kind if isinstance(kind, str) else kind.name,
        "state": JobState.QUEUED,
        "owner_id": work.context.actor_id,
        "input": request.model_dump(mode="json"),
        "done": 0,
        "failed": 0,
        **UNTRIED,
        "created_at": work.now,
        "free_at": work.now + after,
        "correlation_id": work.context.correlation_id,
        "traceparent": work.context.traceparent,
    }
    if total is not None:
        document["total"] = total
    work.put(JOBS, document)
    return Job.of(document)


async def cancel(work: UnitOfWork, job_id: str, *, owner_id: str | None = None) -> Job:
    """Ends a queued job at once and asks a running one to stop. Raises `NotFound` or `MoveRefused`."""
    job = await find(work.store, job_id, owner_id=owner_id)
    state = MOVES.after("cancel", state=job.state)
    changes: Document = {"state": state, "cancel_requested": True}
    if state is JobState.CANCELED:
        changes["finished_at"] = work.now
        update: Document = {"$set": changes, "$unset": {"free_at": "", "token": ""}}
    else:
        update = {"$set": changes}
    work.amend(JOBS, {"_id": job_id, "state": job.state}, update)
    return job.model_copy(update=changes)


@answering()
async def find(store: Store, job_id: str, *, owner_id: str | None = None) -> Job:
    """Raises `NotFound`, also for a job that is not `owner_id`'s, where that is given."""
    document = await store.collection(JOBS).find_one({"_id": job_id, **owned(owner_id)})
    if document is None:
        raise NotFound(f"no job has the id {job_id}")
    return Job.of(document)


QUERY_FIELDS: Final[QueryFields] = {
    name: QueryField(name, kind, sortable=True, searchable=False, choices=choices)
    for name, kind, choices in (
        ("id", FieldKind.ID, ()),
        ("kind", FieldKind.TEXT, ()),
        ("state", FieldKind.CHOICE, tuple(JobState)),
        ("owner_id", FieldKind.ID, ()),
        ("created_at", FieldKind.DATETIME, ()),
        ("finished_at", FieldKind.DATETIME, ()),
    )
}


async def page(store: Store, query: ListQuery, *, owner_id: str | None = None) -> tuple[list[Job], int | None]:
    """One more job than the page holds, if there are more, and the count of the whole list where it was asked for."""
    found, count = await find_page(store.collection(JOBS), query, owned(owner_id))
    return [Job.of(document) for document in found], count


@answering()
async def under_way(store: Store, *, most: int) -> list[Job]:
    """Jobs that are queued or run; first those that have been free or held for the longest time."""
    found = store.collection(JOBS).find({"free_at": {"$type": "date"}}).sort("free_at", 1).limit(most)
    return [Job.of(document) for document in await found.to_list(most)]


@answering()
async def queued(store: Store, kind: JobKind[I]) -> list[I]:
    """The inputs of jobs of a kind that nobody has begun to run."""
    waiting = {"free_at": {"$type": "date"}, "kind": kind.name, "state": JobState.QUEUED}
    found = store.collection(JOBS).find(waiting, {"input": 1}).sort("free_at", 1)
    return [kind.input_of(document) for document in await found.limit(_MOST_QUEUED).to_list(_MOST_QUEUED)]
