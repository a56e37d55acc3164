"""What the titles of columns say, and what a few rows give away."""

import pytest

from libs.tables.mapping import DateFormat, date_format_of, folded, guessed, has_decimal_comma
from libs.tables.targets import targets_of
from services.activity.activities.model.kinds import AnyActivity
from services.sales.contacts.model import Contact
from tests.libs.tables.records import Guest


def columns(*titles: str) -> dict[str, str]:
    return {field: rule.column for field, rule in guessed(titles, targets_of(Contact)).items()}


@pytest.mark.parametrize("title", ["E-Mail", "e mail", "EMAIL", " e_mail ", "Mail", "Email Address"])
def test_a_title_is_understood_however_it_is_written(title: str) -> None:
    assert columns(title) == {"email": title}


@pytest.mark.parametrize(
    ("title", "field"),
    [("Surname", "last_name"), ("Nachname", "last_name"), ("firstName", "first_name"), ("Given name", "first_name"),
     ("Date of Birth", "birth_date"), ("Address City", "address.city"), ("address.city", "address.city"),
     ("Straße", "address.line1"), ("PLZ", "address.postal_code"), ("Account", "account_id")],
)  # fmt: skip
def test_synonyms_and_parts_are_understood(title: str, field: str) -> None:
    assert columns(title) == {field: title}


def test_a_field_is_filled_once_and_by_its_own_name_first() -> None:
    assert columns("Mail", "Email", "Surname", "Shoe size") == {"email": "Email", "last_name": "Surname"}


@pytest.mark.parametrize("title", ["id", "version", "full_name", "person_keys", "custom", "owner_id", "!?"])
def test_what_nobody_may_set_is_filled_by_nothing(title: str) -> None:
    assert columns(title) == {}


def test_what_only_a_create_sets_can_be_filled() -> None:
    assert {"occurred_at", "state", "type"} <= targets_of(AnyActivity).keys()
    assert targets_of(AnyActivity)["type"].required
    assert not targets_of(AnyActivity)["occurred_at"].required


def test_a_reference_is_filled_as_a_whole_or_by_its_parts() -> None:
    targets = targets_of(Guest)

    assert targets["host"].lookup == ("guests", "hosts")
    assert targets["host.id"].lookup == ()
    assert targets["companion_id"].is_reference


def test_case_blanks_and_signs_do_not_count() -> None:
    assert {folded(each) for each in ("E-Mail", "e mail", "E_MAIL", "e.mail", "eMail")} == {"e_mail"}


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["2026-03-31"], DateFormat.YMD),
        (["01.02.2026"], DateFormat.DMY),
        (["31/03/2026", "01/02/2026"], DateFormat.DMY),
        (["03/31/2026"], DateFormat.MDY),
        (["01/02/2026"], None),
        (["31/01/2026", "01/31/2026"], None),
        (["tomorrow"], None),
        ([], None),
    ],
)
def test_the_order_of_a_day_is_told_where_it_can_be(texts: list[str], order: DateFormat | None) -> None:
    assert date_format_of(texts) == order


@pytest.mark.parametrize(("text", "comma"), [("1.234,50", True), ("12,5", True), ("1,234.50", False), ("1,234", False)])
def test_a_comma_before_the_cents_is_seen(text: str, *, comma: bool) -> None:
    assert has_decimal_comma([text]) is comma
