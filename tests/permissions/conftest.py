"""Counts the cells of the matrix, and says so at the end of the run."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

Counted = Callable[[str, int], None]
_PROPERTY = "permission cells of "


@pytest.fixture
def counted_cells(record_property: Callable[[str, object], None]) -> Counted:
    return lambda kind, cells: record_property(_PROPERTY + kind, cells)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    sizes: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        sizes.update({name: size for name, size in report.user_properties if name.startswith(_PROPERTY)})
    for name, size in sizes.items():
        terminalreporter.write_line(f"{size} {name.removeprefix('permission ')}")
