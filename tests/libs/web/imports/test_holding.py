"""How long the events of an import wait."""

from datetime import UTC, datetime, timedelta

import pytest

from libs.web.imports.running import MANY_ROWS, held_until

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("rows", "seconds"), [(MANY_ROWS, 3), (50_000, 30), (100_000, 60), (1_000_000, 60)])
def test_many_rows_are_held_for_as_long_as_they_take_up_to_a_minute(rows: int, seconds: int) -> None:
    assert held_until(rows, now=NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("rows", [0, 1, MANY_ROWS - 1])
def test_a_few_rows_are_announced_at_once(rows: int) -> None:
    assert held_until(rows, now=NOW) is None
