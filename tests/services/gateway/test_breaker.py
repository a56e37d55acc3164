import pytest

from services.gateway.breaker import Breaker, CircuitOpen


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker("sales", failures=3, rest=1.0, longest_rest=4.0)
    for _ in range(3):
        breaker.admit(at)
        breaker.failed(at)
    return breaker


def test_it_opens_only_after_failures_in_a_row() -> None:
    breaker = Breaker("sales", failures=3)
    for _ in range(10):
        breaker.failed(0.0)
        breaker.failed(0.0)
        breaker.succeeded()

    breaker.admit(0.0)
    assert not breaker.is_open


def test_while_it_rests_nothing_passes_and_the_caller_learns_when_to_come_back() -> None:
    breaker = opened()

    with pytest.raises(CircuitOpen) as refused:
        breaker.admit(0.5)

    assert refused.value.status == 503
    assert refused.value.retry_after == 1
    assert "sales" in refused.value.detail


def test_after_its_rest_one_probe_passes_and_no_second_one() -> None:
    breaker = opened()

    breaker.admit(1.0)

    with pytest.raises(CircuitOpen):
        breaker.admit(1.0)


def test_a_probe_that_is_answered_closes_it() -> None:
    breaker = opened()
    breaker.admit(1.0)
    breaker.succeeded()

    for _ in range(5):
        breaker.admit(1.0)


def test_each_failed_probe_doubles_the_rest_up_to_the_longest() -> None:
    breaker = opened()
    now = 0.0
    for rest in (1.0, 2.0, 4.0, 4.0):
        with pytest.raises(CircuitOpen):
            breaker.admit(now + rest - 0.01)
        now += rest
        breaker.admit(now)
        breaker.failed(now)


def test_a_service_that_is_away_is_probed_every_two_seconds_however_long_it_is_away() -> None:
    breaker = Breaker("sales", failures=1)
    breaker.failed(0.0)

    for now in range(2, 60, 2):
        breaker.admit(now)
        breaker.failed(now)


def test_an_abandoned_probe_leaves_the_next_request_to_probe() -> None:
    breaker = opened()
    breaker.admit(1.0)
    breaker.abandoned()

    breaker.admit(1.0)


def test_a_late_failure_of_a_request_from_before_does_not_prolong_the_rest() -> None:
    breaker = opened(at=0.0)
    breaker.failed(0.9)

    breaker.admit(1.0)
