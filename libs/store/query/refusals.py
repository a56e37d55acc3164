"""What a query is refused for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from libs.domain.refusals import FieldError, Refusal


class InvalidQuery(Refusal):
    """A list was asked for in a way that is not understood; each error names the option that is wrong."""

    status, code = 422, "invalid_query"

    @classmethod
    def of(cls, errors: Sequence[FieldError]) -> Self:
        return cls("; ".join(f"{error.pointer}: {error.detail}" for error in errors), errors=errors)


class Fault(Exception):
    """Something wrong inside an option, whose name is known only further out (see `located`)."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail

    def at(self, option: str) -> FieldError:
        return FieldError(option, self.code, self.detail)


@contextmanager
def located(option: str) -> Iterator[None]:
    """Turn a fault found inside into the refusal that names the option."""
    try:
        yield
    except Fault as fault:
        raise InvalidQuery.of([fault.at(option)]) from fault
