"""Tokens find their way back, and nobody makes one up."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.activity.email_sending.tokens import mail_id_in, plus_address, token_of

KEY = b"k" * 32


@given(id_=st.uuids(), upper=st.booleans())
def test_a_token_leads_back_from_a_message_id_and_from_an_address(id_: UUID, upper: bool) -> None:  # noqa: FBT001
    token = token_of(KEY, str(id_))
    carriers = [f"<{token}@example.org>", plus_address("inbox@example.org", token), f"Re: {token}"]

    assert [mail_id_in(KEY, each.upper() if upper else each) for each in carriers] == [str(id_)] * 3


@given(id_=st.uuids(), place=st.integers(0, 41))
def test_a_token_that_was_changed_leads_nowhere(id_: UUID, place: int) -> None:
    token = token_of(KEY, str(id_))
    other = "b" if token[place] != "b" else "c"
    forged = token[:place] + other + token[place + 1 :]

    assert mail_id_in(KEY, forged) in (None, str(id_))
    assert mail_id_in(b"another key", token) is None


@pytest.mark.parametrize("text", ["", "<x@example.org>", "a" * 42, "a" * 84])
def test_other_texts_have_none(text: str) -> None:
    assert mail_id_in(KEY, text) is None
