"""The import: a file, what its columns mean, and how far it has come."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from libs.contracts.values import Value
from libs.domain.moves import Moves
from libs.jobs.jobs import Job, JobState
from libs.store.ids import id_at, place_of
from libs.tables.formats import FileFormat
from libs.tables.mapping import ImportMapping
from libs.tables.reading import Source


class ImportState(StrEnum):
    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELED = "canceled"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


_READY: Final = {"change": ImportState.UPLOADED, "check": ImportState.CHECKING, "run": ImportState.RUNNING}
_ENDED: Final = {"run": ImportState.RUNNING, "undo": ImportState.UNDOING}
_UNDERWAY: Final = {"cancel": ImportState.CANCELED}

MOVES: Final = Moves(
    {
        ImportState.UPLOADED: _READY,
        ImportState.CHECKED: _READY,
        ImportState.CHECKING: _UNDERWAY,
        ImportState.RUNNING: _UNDERWAY,
        ImportState.CANCELED: _ENDED,
        ImportState.FAILED: _ENDED,
        ImportState.COMPLETED: {"undo": ImportState.UNDOING},
        ImportState.UNDOING: {},
        ImportState.UNDONE: {"undo": ImportState.UNDOING},
    }
)

_WITHOUT_ITS_JOB: Final[Mapping[tuple[ImportState, JobState], ImportState]] = {
    (ImportState.CHECKING, JobState.CANCELED): ImportState.UPLOADED,
    (ImportState.CHECKING, JobState.FAILED): ImportState.UPLOADED,
    (ImportState.RUNNING, JobState.CANCELED): ImportState.CANCELED,
    (ImportState.RUNNING, JobState.FAILED): ImportState.FAILED,
    (ImportState.UNDOING, JobState.CANCELED): ImportState.COMPLETED,
    (ImportState.UNDOING, JobState.FAILED): ImportState.COMPLETED,
}
"""What an import is whose job has ended otherwise than well."""

UNDERWAY: Final = frozenset({ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING})


class ImportMode(StrEnum):
    CREATE = "create"
    UPSERT = "upsert"


class ImportSettings(Value):
    """What of an import can be changed before it runs. `allow_duplicates` is elsewhere `X-Duplicates: allow`."""

    mapping: ImportMapping
    mode: ImportMode = ImportMode.CREATE
    key: str | None = Field(default=None, max_length=100)
    allow_duplicates: bool = False


class ImportFile(BaseModel):
    """The file as it was sent. `size` is in bytes; `encoding` and `delimiter` are CSV's."""

    model_config = ConfigDict(frozen=True)

    name: str
    size: int
    format: FileFormat
    encoding: str = ""
    delimiter: str = ""

    @property
    def source(self) -> Source:
        return Source(self.format, self.encoding, self.delimiter)


class ImportProblem(BaseModel):
    """Something that a person should look at before the import runs."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str


class ImportCounts(BaseModel):
    """What became of the rows so far; in a check, what would become of them; in an undo, of the records."""

    model_config = ConfigDict(frozen=True)

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    removed: int = 0
    restored: int = 0


class Import(BaseModel):
    """An import as its owner sees it. `rows` are those of the file without its header; `last_row` is a number.

    `duplicates` are rows so far that are like other records, and are made records of nevertheless.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    owner_id: str | None = None
    collection: str
    state: ImportState = ImportState.UPLOADED
    file: ImportFile
    columns: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...] = ()
    rows: int
    last_row: int
    mode: ImportMode = ImportMode.CREATE
    key: str | None = None
    allow_duplicates: bool = False
    mapping: ImportMapping
    problems: tuple[ImportProblem, ...] = ()
    counts: ImportCounts = ImportCounts()
    duplicates: int = 0
    job_id: str | None = None
    created_at: datetime

    @classmethod
    def of(cls, document: Mapping[str, Any], job: Job | None = None) -> "Import":
        """As it is stored; `job` is the one that works on it, where that has not ended well."""
        found = cls.model_validate({"id": document["_id"], **document})
        if job is None:
            return found
        ended = JobState.CANCELED if job.cancel_requested else job.state
        state = _WITHOUT_ITS_JOB.get((found.state, ended), found.state)
        problems = found.problems
        if job.error is not None:
            problems = (*problems, ImportProblem(code=job.error.code, detail=job.error.detail))
        return found.model_copy(update={"state": state, "problems": problems})

    @property
    def settings(self) -> ImportSettings:
        return ImportSettings(
            mapping=self.mapping, mode=self.mode, key=self.key, allow_duplicates=self.allow_duplicates
        )

    @property
    def begun_at(self) -> int:
        """Milliseconds since 1970: what the ids of its records begin with."""
        return int(self.created_at.timestamp() * 1000)

    def record_id(self, row: int) -> str:
        """The id of the record that a row makes, the same however often the row is done again."""
        return id_at(self.begun_at, self.id, row)

    def row_of(self, record_id: str) -> int | None:
        """Which row has made the record, None where it was none of this import's."""
        return place_of(record_id, self.begun_at, self.id)
