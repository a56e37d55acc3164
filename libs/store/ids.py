"""Identifiers: UUID version 7 (RFC 9562), so that ids sort by the time they were made."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final

_VERSION: Final = 7 << 76
_VARIANT: Final = 2 << 62
_COUNTER_BITS: Final = 12
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class _Ticks:
    """Milliseconds with a counter: never the same pair twice in a process, never backwards."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._millisecond = 0
        self._counter = 0

    def next(self) -> tuple[int, int]:
        with self._lock:
            now = time.time_ns() // 1_000_000
            if now > self._millisecond:
                self._millisecond, self._counter = now, 0
            else:
                self._counter += 1
                if self._counter >> _COUNTER_BITS:
                    self._millisecond, self._counter = self._millisecond + 1, 0
            return self._millisecond, self._counter


_TICKS: Final = _Ticks()


def new_id() -> str:
    millisecond, counter = _TICKS.next()
    return _formatted(millisecond, counter, int.from_bytes(os.urandom(8)) & (1 << 62) - 1)


def id_before(moment: datetime) -> str:
    """Sorts before every id that is made in the millisecond of this moment or later, and behind those made before."""
    digits = f"{(moment - _EPOCH) // timedelta(milliseconds=1):012x}"
    return f"{digits[:8]}-{digits[8:]}"


_PLACE_BITS: Final = 24


def id_at(millisecond: int, name: str, place: int) -> str:
    """The id of one of the many things that `name` brings about, such as the rows of a file: always the same.

    They sort by their places, of which there are 16 million.
    """
    digest = int.from_bytes(blake2b(name.encode(), digest_size=8).digest())
    low_bits = _PLACE_BITS - _COUNTER_BITS
    counter = place >> low_bits & (1 << _COUNTER_BITS) - 1
    rest = (place & (1 << low_bits) - 1) << 62 - low_bits | digest & (1 << 62 - low_bits) - 1
    return _formatted(millisecond, counter, rest)


def place_of(id_: str, millisecond: int, name: str) -> int | None:
    """The place that `id_at` made this id of, None where it did not."""
    digits = id_.replace("-", "")
    try:
        number = int(digits, 16)
    except ValueError:
        return None
    low_bits = _PLACE_BITS - _COUNTER_BITS
    counter = number >> 64 & (1 << _COUNTER_BITS) - 1
    place = counter << low_bits | number >> 62 - low_bits & (1 << low_bits) - 1
    return place if id_at(millisecond, name, place) == id_ else None


def _formatted(millisecond: int, counter: int, rest: int) -> str:
    digits = f"{millisecond << 80 | _VERSION | counter << 64 | _VARIANT | rest:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
