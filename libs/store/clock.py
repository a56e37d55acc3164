"""The one clock."""

from datetime import UTC, datetime

from libs.contracts.values import to_moment


def utc_now() -> datetime:
    """Now, in UTC, with the milliseconds that the database keeps."""
    return to_moment(datetime.now(UTC))
