"""How long the search waits for company."""

import pytest

from services.journal.search.following import GATHERED, MOST_GATHERED, SHARE, gathering


@pytest.mark.parametrize(
    ("took", "waits"),
    [(0.0, GATHERED), (0.5 * SHARE * MOST_GATHERED, 0.5 * MOST_GATHERED), (10.0, MOST_GATHERED)],
)
def test_the_longer_events_take_to_be_taken_in_the_longer_are_more_gathered(took: float, waits: float) -> None:
    assert gathering(took) == pytest.approx(waits)
