"""What calendars answer to invitations by mail (iMIP, RFC 6047)."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from libs.domain.refusals import Malformed
from services.activity.calendars.reading import answers_in, calendar_in
from services.activity.email_receiving.model import Attached
from services.activity.invitations.model import Answer

_TYPE: Final = "text/calendar"
_LARGEST: Final = 256 * 1024
_MOST: Final = 50
_ODD: Final = (Malformed, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What the calendar parser raises over what no standard allows."""


def answers_among(files: Iterable[Attached]) -> tuple[Answer, ...]:
    """Each once, of the parts that are calendars; counter-proposals and all that is no answer are left to people."""
    found = dict.fromkeys(answer for file in files if _is_calendar(file) for answer in _answers(file.content))
    return tuple(islice(found, _MOST))


def _is_calendar(file: Attached) -> bool:
    return file.content_type == _TYPE and len(file.content) <= _LARGEST


def _answers(content: bytes) -> list[Answer]:
    try:
        return answers_in(calendar_in(content))
    except _ODD:
        return []
