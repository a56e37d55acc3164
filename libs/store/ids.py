"""Identifiers: UUID version 7 (RFC 9562), so that ids sort by the time they were made."""

import os
import threading
import time
from typing import Final

_VERSION: Final = 7 << 76
_VARIANT: Final = 2 << 62
_COUNTER_BITS: Final = 12


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
    random = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    digits = f"{millisecond << 80 | _VERSION | counter << 64 | _VARIANT | random:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
