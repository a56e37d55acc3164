"""What a reader may ask for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.domain.refusals import InvalidFields
from services.journal.events.model import Topics, position_in, require_known

TYPES = (
    "sales.lead.created",
    "sales.lead.updated",
    "sales.account.created",
    "activity.campaign_response.created",
    "salesx.lead.created",
)


def wanted(text: str) -> list[str]:
    expression = Topics.parse(text).expression
    return [type_ for type_ in TYPES if expression is None or re.search(expression, type_)]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("", TYPES),
        ("#", TYPES),
        ("sales.lead.created", ["sales.lead.created"]),
        ("sales.lead.*", ["sales.lead.created", "sales.lead.updated"]),
        ("*.*.created", [TYPES[0], *TYPES[2:]]),
        ("sales.#", list(TYPES[:3])),
        ("sales.account.#, activity.*.created", [TYPES[2], TYPES[3]]),
        ("sales.*", list(TYPES[:3])),
        ("*", TYPES),
        ("lead", []),
    ],
)
def test_patterns_choose_types_word_by_word(text: str, types: list[str]) -> None:
    assert wanted(text) == list(types)


@pytest.mark.parametrize("text", ["Sales.lead", "sales..lead", "sales.(a+)+$", "#.created", "a*", "x" * 121, "sales."])
def test_other_patterns_are_refused(text: str) -> None:
    with pytest.raises(InvalidFields):
        Topics.parse(text)


def test_patterns_are_few() -> None:
    with pytest.raises(InvalidFields):
        Topics.parse(",".join(f"sales.kind_{number}.*" for number in range(21)))


@given(st.text(max_size=40))
def test_whatever_is_asked_is_a_sound_expression_or_refused(text: str) -> None:
    try:
        expression = Topics.parse(text).expression
    except InvalidFields:
        return
    if expression is not None:
        re.compile(expression)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "x", "٣", "9" * 16, "0x1"])
def test_a_position_is_a_plain_number(text: str) -> None:
    with pytest.raises(InvalidFields):
        position_in(text, "after")


def test_a_position_that_was_never_given_is_refused() -> None:
    require_known(7, head=7, pointer="after")
    with pytest.raises(InvalidFields):
        require_known(8, head=7, pointer="after")
