"""What can go wrong between a command and the database."""

from collections.abc import Mapping
from contextlib import AsyncContextDecorator
from typing import Any, Final

from pymongo.errors import BulkWriteError, DuplicateKeyError, ExecutionTimeout, NetworkTimeout, PyMongoError

from libs.domain.refusals import Refusal, Unavailable

DUPLICATE_KEY: Final = 11000


class Conflict(Exception):
    """Somebody else changed what this command decided on; it must be run again."""


class AlreadyAnswered(Exception):
    """A create with this Idempotency-Key is in the database already."""


class Duplicate(Refusal):
    """Another record has this value in a field that must be unique."""

    status, code = 409, "duplicate"


class OutcomeUnknown(Unavailable):
    """The database did not say whether the write was done; the same Idempotency-Key tells."""

    code = "outcome_unknown"


class answering(AsyncContextDecorator):  # noqa: N801  # reads as a participle where it is used
    """Turns failures of the database into refusals that a caller understands: `async with answering():`."""

    __slots__ = ()

    async def __aenter__(self) -> None:
        """Nothing to prepare."""

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case DuplicateKeyError():
                return
            case NetworkTimeout() | ExecutionTimeout():
                raise OutcomeUnknown("the database did not answer in time") from error
            case PyMongoError():
                raise Unavailable("the database is not available") from error


def already_there(error: BulkWriteError) -> list[int]:
    """Which operations of a bulk met a document with their key; raises the error if anything else went wrong."""
    details: Mapping[str, Any] = error.details
    if details.get("writeConcernErrors") or any(each["code"] != DUPLICATE_KEY for each in details["writeErrors"]):
        raise error
    return [each["index"] for each in details["writeErrors"]]
