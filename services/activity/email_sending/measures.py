"""What operators see of e-mails that go out."""

from collections.abc import Collection

from libs.telemetry.metrics import counter
from services.activity.email_sending.model import Reply


def attempted(replies: Collection[Reply]) -> None:
    """Counts one attempt, by what the mail server said."""
    counter("email_attempts", "E-mails given to the mail server, by what it made of them.", ("outcome",)).labels(
        _outcome(replies)
    ).inc()


def _outcome(replies: Collection[Reply]) -> str:
    if not replies:
        return "undecided"
    if all(reply.taken for reply in replies):
        return "taken"
    return "refused" if all(reply.final for reply in replies) else "later"
