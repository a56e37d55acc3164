from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from libs.store import ids
from libs.store.ids import id_before, new_id


def test_an_id_is_a_uuid_of_version_7_that_tells_its_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_TICKS", ids._Ticks())  # a clock set forward by another test stays so
    before = time.time_ns() // 1_000_000
    made = UUID(new_id())
    after = time.time_ns() // 1_000_000

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= after


def test_ids_sort_in_the_order_they_were_made() -> None:
    made = [new_id() for _ in range(20_000)]

    assert made == sorted(made)


def test_ids_never_repeat_whichever_thread_asks() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = [each for batch in threads.map(lambda _: [new_id() for _ in range(5_000)], range(8)) for each in batch]

    assert len(set(made)) == 40_000
    assert len({each[:18] for each in made}) == 40_000  # by time and counter alone, before chance comes in


def test_given_a_clock_set_back_then_ids_still_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    first = new_id()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000_000_000_000)

    assert new_id() > first


@pytest.mark.parametrize("microsecond", [0, 1, 499, 500, 999])
def test_a_bound_sorts_before_the_ids_of_its_millisecond(monkeypatch: pytest.MonkeyPatch, microsecond: int) -> None:
    moment = datetime(2026, 2, 3, 4, 5, 6, microsecond, tzinfo=UTC)
    elapsed = moment - datetime(1970, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(ids, "_TICKS", ids._Ticks())
    monkeypatch.setattr(time, "time_ns", lambda: elapsed // timedelta(microseconds=1) * 1000)

    assert id_before(moment) < new_id() < id_before(moment + timedelta(milliseconds=1))
