"""What can go wrong between a command and the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo.errors import DuplicateKeyError, ExecutionTimeout, NetworkTimeout, PyMongoError

from libs.domain.refusals import Refusal, Unavailable


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


@asynccontextmanager
async def answering() -> AsyncIterator[None]:
    """Turns failures of the database into refusals that a caller understands."""
    try:
        yield
    except DuplicateKeyError:
        raise
    except (NetworkTimeout, ExecutionTimeout) as error:
        raise OutcomeUnknown("the database did not answer in time") from error
    except PyMongoError as error:
        raise Unavailable("the database is not available") from error
