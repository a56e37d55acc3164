"""Refusals: answers that a caller can act on, each with a stable code (RFC 9457 problem documents on the wire)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong input: a JSON pointer into the body (or the name of a query option) and what is wrong with it."""

    pointer: str
    code: str
    detail: str


def pointer_of(path: Iterable[str | int]) -> str:
    """The JSON pointer (RFC 6901) of what lies at these names and numbers."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


class Refusal(Exception):
    """A request that a rule does not allow. Subclasses set `status` and `code`; `extra` joins the problem."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refused"

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = (), **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.extra: Mapping[str, object] = extra

    @property
    def retry_after(self) -> int | None:
        """Seconds after which the same request may succeed, where that is known."""
        seconds = self.extra.get("retry_after")
        return seconds if isinstance(seconds, int) else None


class Malformed(Refusal):
    status, code = 400, "malformed"


class Unauthenticated(Refusal):
    status, code = 401, "unauthenticated"


class Forbidden(Refusal):
    status, code = 403, "forbidden"


class NotFound(Refusal):
    """Missing, or invisible to the caller: the two are not told apart."""

    status, code = 404, "not_found"


class MovedOn(Refusal):
    """The record was merged into another, and its id leads there."""

    status, code = 308, "merged"

    def __init__(self, survivor_id: str) -> None:
        super().__init__("the record was merged into another", merged_into=survivor_id)
        self.survivor_id = survivor_id


class AlreadyMerged(Refusal):
    """A record is merged once; whoever wants it elsewhere unmerges it first."""

    code = "already_merged"


class NotMerged(Refusal):
    """Only what was merged into the record itself can be taken out of it again."""

    code = "not_merged"


class NotRemoved(Refusal):
    """Only what was removed can be restored."""

    code = "not_removed"


class NotRestorable(Refusal):
    """Since the record was removed something has come about that it does not go with."""

    code = "not_restorable"


class ErasedRecord(NotRestorable):
    """The person whose record it was is erased, and does not come back."""

    code = "erased"


class StaleVersion(Refusal):
    status, code = 412, "stale_version"


class TooLarge(Refusal):
    status, code = 413, "too_large"


class EventTooLarge(TooLarge):
    code = "event_too_large"


class UnsupportedMedia(Refusal):
    status, code = 415, "unsupported_media_type"


class InvalidFields(Refusal):
    status, code = 422, "invalid_fields"

    @classmethod
    def at(cls, pointer: str, code: str, detail: str) -> "InvalidFields":
        return cls(f"{pointer}: {detail}", errors=[FieldError(pointer, code, detail)])


class TooManyRequests(Refusal):
    status, code = 429, "too_many_requests"


class Unavailable(Refusal):
    """Something this request needs does not answer now; the outcome of a write may be unknown."""

    status, code = 503, "unavailable"

    def __init__(self, detail: str, *, retry_after: int = 1, **extra: object) -> None:
        super().__init__(detail, errors=(), retry_after=retry_after, **extra)


class MoveRefused(Refusal):
    """The state machine does not allow this action now."""

    code = "move_not_allowed"

    def __init__(self, action: str, *, state: str, open_actions: Sequence[str]) -> None:
        moves = ", ".join(open_actions) or "none"
        super().__init__(
            f"{action} is not possible in state {state}; possible now: {moves}",
            state=state,
            action=action,
            open_actions=list(open_actions),
        )
