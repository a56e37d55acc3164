"""The life of an e-mail."""

from datetime import UTC, datetime

import pytest

from libs.contracts.activity import ActivityState, Direction, PartyRole
from libs.contracts.emails import DeliveryOutcome
from libs.domain.refusals import InvalidFields, MoveRefused
from services.activity.activities.model.email import MOST_REFERENCES, UNMATCHED, Delivery, Email, NotADraft
from services.activity.activities.model.parties import Party

NOW = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)
DRAFT = Email(id="e", subject="Your offer").begun(at=NOW)
ANA = Party(role=PartyRole.TO, email="ana@example.org")


def queued(email: Email = DRAFT, *, parent: Email | None = None) -> Email:
    return email.queued(parties=[ANA], message_id="<1@example.org>", parent=parent, start=NOW)


def told(*outcomes: DeliveryOutcome) -> list[Delivery]:
    return [Delivery(email=f"{number}@example.org", outcome=each, at=NOW) for number, each in enumerate(outcomes)]


def test_a_draft_that_is_sent_waits_for_the_mail_server() -> None:
    email = queued()

    assert (email.state, email.status_reason, email.start) == (ActivityState.SCHEDULED, "queued", NOW)
    assert (email.message_id, email.thread_id) == ("<1@example.org>", "e")


@pytest.mark.parametrize(
    ("outcomes", "state", "reason"),
    [
        ([DeliveryOutcome.TAKEN, DeliveryOutcome.TAKEN], ActivityState.COMPLETED, "sent"),
        ([DeliveryOutcome.TAKEN, DeliveryOutcome.REFUSED], ActivityState.COMPLETED, "sent_in_part"),
        ([DeliveryOutcome.REFUSED, DeliveryOutcome.REFUSED], ActivityState.OPEN, "failed"),
    ],
)
def test_what_the_mail_server_said_is_what_became_of_it(
    outcomes: list[DeliveryOutcome], state: ActivityState, reason: str
) -> None:
    delivered = queued().delivered(told(*outcomes), at=NOW)

    assert (delivered.state, delivered.status_reason) == (state, reason)
    assert (delivered.occurred_at is not None) == (state is ActivityState.COMPLETED)


def test_one_that_failed_can_be_corrected_and_sent_again() -> None:
    failed = queued().delivered(told(DeliveryOutcome.REFUSED), at=NOW)

    again = queued(failed.evolve(subject="Another").revised(failed))

    assert (again.state, again.deliveries) == (ActivityState.SCHEDULED, ())


@pytest.mark.parametrize("changed", [{"subject": "x"}, {"description": "x"}, {"parties": ()}])
def test_what_is_on_its_way_keeps_its_contents(changed: dict[str, object]) -> None:
    with pytest.raises(NotADraft):
        queued().evolve(**changed).revised(queued())

    assert queued().evolve(priority="high").revised(queued()).priority == "high"


def test_a_text_that_is_written_anew_takes_the_place_of_a_body() -> None:
    with_body = DRAFT.evolve(body_size=5_000)

    assert with_body.evolve(description="Short").revised(with_body).body_size is None
    assert with_body.evolve(subject="Other").revised(with_body).body_size == 5_000


def test_a_thread_goes_on_from_the_first_to_the_latest() -> None:
    parent = DRAFT.evolve(
        id="p", message_id="<p@x>", thread_id="first", references=tuple(f"<{n}@x>" for n in range(MOST_REFERENCES))
    )

    email = queued(parent=parent)

    assert (email.in_reply_to, email.thread_id) == ("<p@x>", "first")
    assert (email.references[0], email.references[-1], len(email.references)) == ("<0@x>", "<p@x>", MOST_REFERENCES)


def test_only_sending_puts_it_on_its_way() -> None:
    with pytest.raises(MoveRefused) as refused:
        DRAFT.scheduled(start=NOW)
    with pytest.raises(InvalidFields):
        Email(id="e", state=ActivityState.SCHEDULED, start=NOW).begun(at=NOW)

    assert refused.value.extra["open_actions"] == ["send", "complete", "cancel"]


@pytest.mark.parametrize("subject", ["a\r\nBcc: all@example.org", "a\nb", "a\0b"])
def test_a_subject_is_one_line(subject: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        Email(id="e", subject=subject).begun(at=NOW)

    assert refused.value.errors[0].pointer == "/subject"


def test_what_came_in_was_received() -> None:
    email = Email(id="e", direction=Direction.INCOMING, state=ActivityState.COMPLETED).begun(at=NOW)

    assert (email.status_reason, email.occurred_at) == ("received", NOW)
    with pytest.raises(NotADraft):
        DRAFT.evolve(status_reason=UNMATCHED).require_draft()
