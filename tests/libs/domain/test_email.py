"""The quick way of checking an address says what the library says."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from libs.domain.people import Email

EMAIL = TypeAdapter(Email)
LOCAL = st.text(st.sampled_from('abcXYZ019._+-!"é @'), max_size=70)
DOMAIN = st.sampled_from(
    [
        "example.org",
        "EXAMPLE.org",
        "münchen.example.com",
        "host",
        "a..b",
        "-x.com",
        "x.test",
        "",
        "localhost",
        "x.y@z.com",
    ]
)


def judged(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


@given(local=LOCAL, domain=DOMAIN)
def test_every_address_is_judged_as_the_library_judges_it(local: str, domain: str) -> None:
    text = f"{local}@{domain}"

    try:
        answer = EMAIL.validate_python(text)
    except ValidationError:
        answer = None

    assert answer == judged(text)


@pytest.mark.parametrize("text", ["", "@", "nobody", "@example.org", "a@", "a@@b.com"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        EMAIL.validate_python(text)
