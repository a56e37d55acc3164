"""Which records are wanted beside those that point to them."""

import pytest

from libs.store.query.expansion import Expansion, Way, expansions_of
from libs.store.query.refusals import Fault
from tests.libs.store.query.schema import FIELDS

LEAD = Way("lead", "lead_id", "leads", many=False, fields=FIELDS)
ACCOUNT = Way("customer_account", "customer", "accounts", many=False, fields=FIELDS)
WAYS = {way.name: way for way in (LEAD, ACCOUNT)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lead", (Expansion(LEAD, None),)),
        ("lead, customer_account", (Expansion(LEAD, None), Expansion(ACCOUNT, None))),
        ("lead($select=name,email)", (Expansion(LEAD, ("name", "email")),)),
        (
            "lead( select = name ),customer_account($select=id)",
            (Expansion(LEAD, ("name",)), Expansion(ACCOUNT, ("id",))),
        ),
        ("lead($select=*)", (Expansion(LEAD, None),)),
    ],
)
def test_each_way_is_taken_with_its_own_selection(text: str, expected: tuple[Expansion, ...]) -> None:
    assert expansions_of(text, WAYS) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nowhere", "unknown_field"),
        ("lead,lead", "duplicate"),
        ("lead($filter=name eq 'x')", "unknown_option"),
        ("lead($select=colour)", "unknown_field"),
        ("lead($select=name", "unreadable"),
        ("lead customer_account", "unreadable"),
        ("lead/opportunity", "unreadable"),
        ("*", "unreadable"),
        ("lead,", "unreadable"),
    ],
)
def test_anything_else_is_refused(text: str, code: str) -> None:
    with pytest.raises(Fault) as refused:
        expansions_of(text, WAYS)

    assert refused.value.code == code


def test_what_does_expand_is_named() -> None:
    with pytest.raises(Fault, match="these do: customer_account, lead"):
        expansions_of("account", WAYS)
