"""What operators see of e-mails that come in."""

from libs.telemetry.metrics import counter


def accepted(mailbox: str) -> None:
    counter("emails_accepted", "E-mails that were made durable, by the way they came.", ("by",)).labels(
        mailbox.partition(":")[0]
    ).inc()


def sorted_(outcome: str) -> None:
    counter("emails_sorted", "E-mails that came in, by what became of them.", ("outcome",)).labels(outcome).inc()
