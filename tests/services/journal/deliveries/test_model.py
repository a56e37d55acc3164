"""When a delivery is tried again, and when a receiver is given up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.journal.deliveries.model import Attempt, DeliveryState, Health, Patience

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
PATIENCE = Patience()
SHORT = timedelta(seconds=1)


def attempt(status: int | None = 500, *, at: datetime = AT) -> Attempt:
    return Attempt(at=at, duration_ms=12, status=status, error=None if status else "no answer in time")


@pytest.mark.parametrize(
    ("status", "succeeded"),
    [(200, True), (204, True), (299, True), (302, False), (404, False), (500, False), (None, False)],
)
def test_any_answer_of_the_two_hundreds_is_a_success(status: int | None, *, succeeded: bool) -> None:
    assert attempt(status).succeeded is succeeded
    assert (attempt(status).trouble is None) is succeeded


def test_pauses_grow_up_to_an_hour() -> None:
    pauses = [PATIENCE.pause(tries, chance=0.5).total_seconds() for tries in range(1, 12)]

    assert pauses == [5, 15, 45, 135, 405, 1215, 3600, 3600, 3600, 3600, 3600]


@given(st.integers(1, 1000), st.floats(0, 1))
def test_a_pause_is_spread_by_a_quarter_either_way(tries: int, chance: float) -> None:
    usual = PATIENCE.pause(tries, chance=0.5)

    assert usual * 0.75 <= PATIENCE.pause(tries, chance=chance) <= usual * 1.25


def test_a_delivery_is_tried_for_a_day() -> None:
    assert PATIENCE.outcome(attempt(204), tries=1, begun_at=AT, chance=0) == (DeliveryState.DELIVERED, None)
    late = AT - PATIENCE.give_up_after
    state, due_at = PATIENCE.outcome(attempt(), tries=1, begun_at=late + SHORT, chance=0.5)
    assert (state, due_at) == (DeliveryState.PENDING, AT + timedelta(seconds=5))
    assert PATIENCE.outcome(attempt(), tries=29, begun_at=late, chance=0) == (DeliveryState.FAILED, None)


def test_a_receiver_in_trouble_rests_longer_and_longer() -> None:
    rests = [PATIENCE.rest(Health(failures, AT), chance=0.5).total_seconds() for failures in range(14)]

    assert rests == [0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_one_success_ends_the_trouble() -> None:
    failing = Health().after([attempt(), attempt(None)]).after([attempt(at=AT + SHORT)])

    assert failing == Health(2, AT)
    assert failing.after([attempt(), attempt(200)]) == Health()


def test_a_receiver_is_given_up_after_a_day_without_any_success() -> None:
    failing = Health(40, AT)

    assert not PATIENCE.hopeless(failing, AT + PATIENCE.give_up_after - SHORT)
    assert PATIENCE.hopeless(failing, AT + PATIENCE.give_up_after)
    assert not PATIENCE.hopeless(Health(), AT)
