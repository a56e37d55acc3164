import pytest
from hypothesis import given
from hypothesis import strategies as some

from libs.domain.refusals import TooManyRequests
from services.gateway.rate_limit import Buckets, Rate


def test_a_burst_passes_then_the_rate_counts() -> None:
    buckets = Buckets("caller", Rate(per_second=2, burst=3))
    left = [buckets.take("ann", 0.0).left for _ in range(3)]

    assert left == ['"caller";r=2;t=1', '"caller";r=1;t=1', '"caller";r=0;t=2']
    with pytest.raises(TooManyRequests):
        buckets.take("ann", 0.4)
    buckets.take("ann", 0.5)


def test_the_refusal_says_when_to_come_back_and_that_copies_count_alone() -> None:
    buckets = Buckets("caller", Rate(per_second=0.1, burst=1))
    buckets.take("ann", 0.0)

    with pytest.raises(TooManyRequests) as refused:
        buckets.take("ann", 2.0)

    assert refused.value.retry_after == 8
    assert "each gateway copy" in refused.value.detail


def test_callers_do_not_share_a_bucket() -> None:
    buckets = Buckets("caller", Rate(per_second=1, burst=1))
    buckets.take("ann", 0.0)

    buckets.take("bob", 0.0)


def test_the_policy_is_told() -> None:
    allowance = Buckets("caller", Rate(per_second=100, burst=500)).take("ann", 0.0)

    assert allowance.policy == '"caller";q=500;w=5;scope="copy"'


def test_full_buckets_are_swept_without_loss_when_there_are_too_many() -> None:
    buckets = Buckets("caller", Rate(per_second=1, burst=2), most_subjects=10)
    for number in range(10):
        buckets.take(f"old {number}", 0.0)
    buckets.take("ann", 99.0)
    buckets.take("ann", 99.0)

    with pytest.raises(TooManyRequests):
        buckets.take("ann", 99.0)


def test_the_number_of_buckets_is_bounded() -> None:
    buckets = Buckets("address", Rate(per_second=1, burst=2), most_subjects=10)
    for number in range(1000):
        buckets.take(f"subject {number}", 0.0)

    assert len(buckets) <= 10


@given(
    some.floats(0.1, 1000),
    some.integers(1, 50),
    some.lists(some.floats(0, 3), min_size=1, max_size=200),
)
def test_never_more_than_burst_and_rate_allow(per_second: float, burst: int, gaps: list[float]) -> None:
    buckets = Buckets("caller", Rate(per_second, burst))
    now, taken = 1000.0, 0
    for gap in gaps:
        now += gap
        try:
            buckets.take("ann", now)
        except TooManyRequests:
            continue
        taken += 1

    assert taken <= burst + (now - 1000.0) * per_second + 0.01
