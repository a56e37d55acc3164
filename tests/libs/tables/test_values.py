"""What stands in a cell becomes what the field takes, or is refused."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.tables.cells import Cell, as_text
from libs.tables.mapping import DateFormat, FieldRule, ImportMapping
from libs.tables.targets import targets_of
from libs.tables.values import BadCell, Reader
from tests.libs.tables.records import Guest


def read(field: str, cell: Cell, *, values: dict[str, str] | None = None, **form: Any) -> Any:
    return Reader(targets_of(Guest)[field], FieldRule(column="x", values=values or {}), ImportMapping(**form)).read(
        cell
    )


def refused(field: str, cell: Cell, **form: Any) -> str:
    with pytest.raises(BadCell) as bad:
        read(field, cell, **form)
    return bad.value.code


@pytest.mark.parametrize("field", ["last_name", "nights", "birth_date", "vegetarian", "size", "sizes", "seen_at"])
@pytest.mark.parametrize("cell", ["", None])
def test_an_empty_cell_says_nothing(field: str, cell: Cell) -> None:
    assert read(field, cell) is None


@pytest.mark.parametrize(
    ("text", "comma", "amount"),
    [("1234.5", False, "1234.5"), ("1,234.50", False, "1234.50"), ("-12", False, "-12"),
     ("€ 1 234.50", False, "1234.50"), ("1.234,50", True, "1234.50"), ("12,5", True, "12.5"), ("1.234", True, "1234")],
)  # fmt: skip
def test_numbers_are_read_with_either_comma(text: str, *, comma: bool, amount: str) -> None:
    assert read("debt", text, decimal_comma=comma) == Decimal(amount)


@pytest.mark.parametrize("text", ["12,5", "1,23,4", "abc", "nan", "Infinity", "1.2.3"])
def test_what_is_no_number_is_refused_and_never_made_one(text: str) -> None:
    assert refused("debt", text) == "not_a_number"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
def test_an_amount_comes_back_as_it_was_written(amount: Decimal) -> None:
    assert read("debt", as_text(amount)) == amount


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(DateFormat), st.sampled_from("./- "))
def test_a_day_is_read_in_the_order_that_was_said(day: date, order: DateFormat, between: str) -> None:
    parts = {DateFormat.YMD: "%Y{0}%m{0}%d", DateFormat.DMY: "%d{0}%m{0}%Y", DateFormat.MDY: "%m{0}%d{0}%Y"}

    assert read("birth_date", day.strftime(parts[order].format(between)), date_format=order) == day.isoformat()


@pytest.mark.parametrize("text", ["2026-02-30", "31.12.26", "soon", "12/2026"])
def test_what_is_no_day_is_refused(text: str) -> None:
    assert refused("birth_date", text, date_format=DateFormat.DMY) == "not_a_day"


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-03-31T08:30:00Z", "2026-03-31T08:30:00+00:00"),
        ("31.03.2026 08:30", "2026-03-31T08:30:00+00:00"),
        ("31.03.2026", "2026-03-31T00:00:00+00:00"),
        (datetime(2026, 3, 31, 8, 30), "2026-03-31T08:30:00+00:00"),  # noqa: DTZ001  # as a workbook has it
    ],
)
def test_a_time_without_a_zone_is_utc(cell: Cell, moment: str) -> None:
    assert read("seen_at", cell, date_format=DateFormat.DMY) == moment


def test_cells_of_a_workbook_are_taken_as_what_they_are() -> None:
    assert read("birth_date", date(1980, 2, 29)) == "1980-02-29"
    assert read("birth_date", datetime(1980, 2, 29)) == "1980-02-29"  # noqa: DTZ001
    assert read("nights", 3.0) == 3
    assert read("vegetarian", True) is True
    assert read("phone", 912345678.0) == "912345678"
    assert refused("nights", date(1980, 2, 29)) == "not_a_number"


@pytest.mark.parametrize(("text", "truth"), [("Yes", True), ("x", True), ("1", True), ("no", False), ("Não", False)])
def test_yes_and_no_are_understood(text: str, *, truth: bool) -> None:
    assert read("vegetarian", text) is truth


def test_neither_yes_nor_no_is_refused() -> None:
    assert refused("vegetarian", "perhaps") == "not_yes_or_no"


def test_a_choice_is_found_however_it_is_written_and_a_list_is_split() -> None:
    assert read("size", "Very Large") == "very_large"
    assert read("sizes", "small; VERY_LARGE;") == ["small", "very_large"]
    assert read("size", "huge") == "huge"


def test_values_are_translated_first() -> None:
    assert read("size", "  Riesig", values={"riesig": "very_large"}) == "very_large"
    assert read("vegetarian", "+", values={"+": "yes", "-": "no"}) is True
