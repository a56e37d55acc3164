"""What became of a row."""

from enum import StrEnum

from libs.domain.refusals import FieldError, Refusal
from libs.web.imports.preparing import Prepared
from libs.web.imports.store import BadRow


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


Outcomes = dict[int, Outcome | BadRow]
"""What became of rows, by the number of the row."""


def bad_row(each: Prepared, refusal: Refusal) -> BadRow:
    errors = refusal.errors or (FieldError("", refusal.code, refusal.detail),)
    return BadRow(each.row, tuple(errors), each.texts)
