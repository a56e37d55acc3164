from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.attempts.model import (
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    LONGEST_WAIT,
    Attempts,
    Subject,
    TooManyAttempts,
    absolve,
    attempt,
    forgive,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADA = Subject.user("Ada")


def failing(times: int, *, at: datetime = NOON) -> Attempts:
    attempts = Attempts()
    for _ in range(times):
        attempts = attempt(attempts, ADA, at=at)
    return attempts


def test_a_few_failures_are_free() -> None:
    assert failing(ADA.free - 1).locked_until is None


def test_the_fifth_failure_locks_for_half_a_minute() -> None:
    assert failing(ADA.free).locked_until == NOON + FIRST_WAIT


def test_a_try_while_locked_is_refused_and_says_how_long_to_wait() -> None:
    locked = failing(ADA.free)

    with pytest.raises(TooManyAttempts) as refusal:
        attempt(locked, ADA, at=NOON + timedelta(seconds=10.5))

    assert refusal.value.status == 429
    assert refusal.value.retry_after == 20


def test_each_failure_after_the_wait_doubles_it() -> None:
    locked = failing(ADA.free)
    again = attempt(locked, ADA, at=NOON + FIRST_WAIT)

    assert again.locked_until == NOON + FIRST_WAIT + 2 * FIRST_WAIT


def test_an_hour_without_a_try_forgets_all_failures() -> None:
    assert attempt(failing(4), ADA, at=NOON + FORGOTTEN_AFTER) == failing(1, at=NOON + FORGOTTEN_AFTER)


def test_a_success_takes_back_its_own_try_only() -> None:
    assert forgive(failing(3)) == failing(2)
    assert forgive(failing(ADA.free)).locked_until is None
    assert forgive(Attempts()).failures == 0


def test_who_knows_the_password_starts_afresh() -> None:
    assert absolve(failing(ADA.free)).locked_until is None
    assert attempt(absolve(failing(ADA.free)), ADA, at=NOON) == failing(1)


def test_usernames_are_counted_whatever_their_case() -> None:
    assert Subject.user("ADA") == Subject.user("ada")
    assert Subject.user("ada").key != Subject.address("ada").key


@given(st.lists(st.timedeltas(timedelta(0), timedelta(hours=2)), max_size=60))
def test_nobody_waits_longer_than_the_longest_wait(pauses: list[timedelta]) -> None:
    attempts, now = Attempts(), NOON
    for pause in pauses:
        now += pause
        with suppress(TooManyAttempts):
            attempts = attempt(attempts, ADA, at=now)
        if attempts.locked_until is not None:
            assert attempts.locked_until - now <= LONGEST_WAIT


@given(st.integers(min_value=60, max_value=3600))
def test_guessing_all_day_gives_few_tries(seconds_between: int) -> None:
    """However patient the guesser: no more than one try in a quarter of an hour, once locked for long."""
    attempts, now, tries = Attempts(), NOON, 0
    while now < NOON + timedelta(days=1):
        with suppress(TooManyAttempts):
            attempts = attempt(attempts, ADA, at=now)
            tries += 1
        now += timedelta(seconds=seconds_between)

    assert tries <= 24 * 4 + ADA.free + 6
