"""The funnel: campaign responses become leads, leads become opportunities, opportunities are won.

Each record of the three kinds is one row that its newest event rewrites, so that nothing is counted twice whatever is
delivered again; the figures are summed up from the rows when they are asked for.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from libs.contracts.envelope import Envelope

PROJECTION: Final = "funnel"
"""The name of the read model, and of its queue."""

STAGES: Final[Mapping[str, str]] = {"activities": "response", "leads": "lead", "opportunities": "opportunity"}
"""Source collection → the stage of its rows."""

USED: Final[Mapping[str, tuple[str, ...]]] = {
    "activities": ("campaign_id", "response", "occurred_at", "created_at"),
    "leads": ("source_campaign_id", "created_at"),
    "opportunities": ("source_campaign_id", "created_at", "state", "actual_value", "currency"),
}
"""What of their records the figures tell."""


class Row(NamedTuple):
    """One record's part in the funnel. `day` is when it happened, in UTC; `value` is what a won opportunity brought."""

    stage: str
    campaign_id: str | None
    day: str
    interested: bool = False
    won: bool = False
    value: Decimal | None = None
    currency: str | None = None
    gone: bool = False


def row_of(envelope: Envelope) -> Row:
    """What a record counts for, as its newest event shows it."""
    record, stage = envelope.record, STAGES[envelope.collection]
    day = (record.get("occurred_at") or record.get("created_at") or envelope.time.isoformat())[:10]
    match stage:
        case "response":
            interested = record.get("response") == "interested"
            return Row(stage, record.get("campaign_id"), day, interested=interested, gone=envelope.removes)
        case "lead":
            return Row(stage, record.get("source_campaign_id"), day, gone=envelope.removes)
        case _:
            return _opportunity(envelope, day)


def _opportunity(envelope: Envelope, day: str) -> Row:
    record = envelope.record
    won = record.get("state") == "won"
    return Row(
        "opportunity",
        record.get("source_campaign_id"),
        day,
        won=won,
        value=_amount(record.get("actual_value")) if won else None,
        currency=record.get("currency") if won else None,
        gone=envelope.removes,
    )


def _amount(number: float | None) -> Decimal | None:
    """Exact again: an amount has at most 15 digits, which a JSON number keeps."""
    return None if number is None else Decimal(str(number))


def rate(part: int, whole: int) -> float | None:
    """A share between 0 and 1, to four digits; None where there is nothing to share."""
    return round(part / whole, 4) if whole else None
