"""What of the journal still holds after services were set back, and what is told again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from libs.contracts.envelope import Envelope
from libs.contracts.restored import RestoredService
from services.journal.restores.model import UNDER_WAY, Restores, begins, told_again
from tests.services.journal.restores.telling import set_back
from tests.support.events import envelope

TAKEN = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SALES = RestoredService.of(set_back("sales", ["leads"], taken_at=TAKEN, restored_at=TAKEN + 5 * HOUR))
RESTORES = Restores({"sales": SALES})


def event(type_: str = "sales.lead.updated", *, at: datetime = TAKEN, epoch: int = 1) -> Envelope:
    collection = "leads" if ".lead." in type_ else "cases"
    return replace(envelope(type_, collection, {}, sequence=7), time=at, epoch=epoch)


@pytest.mark.parametrize(
    ("told", "abandoned"),
    [
        (event(at=TAKEN - HOUR), False),
        (event(at=TAKEN + HOUR), True),
        (event(at=TAKEN + HOUR, epoch=2), False),
        (event("service.case.updated", at=TAKEN + HOUR), False),
    ],
    ids=["before the backup", "after it", "since the restore", "of another service"],
)
def test_what_was_undone_is_abandoned(told: Envelope, *, abandoned: bool) -> None:
    assert RESTORES.is_abandoned(told) is abandoned


@pytest.mark.parametrize(
    ("told", "vanished"),
    [
        (event(at=TAKEN - HOUR), True),
        (event(epoch=2), False),
        (event("service.case.updated"), False),
        (replace(event(), subject="orders/1"), False),
    ],
    ids=["told before", "told since", "of another service", "of another collection"],
)
def test_a_record_that_was_not_told_since_is_gone(told: Envelope, *, vanished: bool) -> None:
    assert RESTORES.has_vanished(told) is vanished


def test_without_a_restore_everything_holds() -> None:
    assert not Restores({}).is_abandoned(event(at=TAKEN + HOUR))
    assert not Restores({}).has_vanished(event())


def test_a_service_is_told_what_others_did_and_what_still_holds() -> None:
    own, abandoned, good = (
        event("service.case.updated"),
        event(at=TAKEN + HOUR),
        event(at=TAKEN - HOUR),
    )

    assert told_again([own, abandoned, good], to="service", restores=RESTORES) == [good]


def test_what_was_under_way_at_the_backup_is_told_again_and_nothing_that_the_inbox_forgets() -> None:
    assert begins(TAKEN, earliest=TAKEN - HOUR) == TAKEN - UNDER_WAY
    assert begins(TAKEN, earliest=TAKEN + HOUR) == TAKEN + HOUR
