"""What operators see of notices."""

from enum import StrEnum
from functools import cache

from prometheus_client import Counter

from libs.telemetry.metrics import counter


class Outcome(StrEnum):
    SENT = "sent"
    NOBODY_TO_TELL = "nobody_to_tell"
    NOT_TAKEN = "not_taken"


@cache
def notices(outcome: Outcome) -> Counter:
    """`not_taken` counts tries; each is made again."""
    return counter("mail_notices", "Mail about what happened to what is people's.", ("outcome",)).labels(outcome)
