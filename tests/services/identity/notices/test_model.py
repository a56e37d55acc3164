"""The words of a notice, and how long it is worth sending."""

from datetime import UTC, datetime, timedelta

import pytest

from services.identity.notices.model import LASTS, Notice, text_of

AT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


def notice(reason: str = "gone", error: str | None = None) -> Notice:
    return Notice(event_id="1", at=AT, webhook_id="w", webhook="Warehouse", owner_id="u", reason=reason, error=error)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("gone", "its receiver wants no more events"),
        ("failing", "its receiver has failed for a day"),
        ("owner_not_allowed", "your roles do not allow you to have webhooks any more"),
        ("worn_out", "worn_out"),
    ],
)
def test_it_says_when_and_why(reason: str, words: str) -> None:
    assert f"on 2026-05-04 at 08:30 UTC: {words}." in text_of(notice(reason), "Ana", "https://crm.example")


def test_without_an_error_there_is_no_word_of_one() -> None:
    assert "last attempt" not in text_of(notice(), "Ana", "https://crm.example")


def test_it_lapses() -> None:
    assert not notice().has_lapsed(AT + LASTS)
    assert notice().has_lapsed(AT + LASTS + timedelta(seconds=1))
