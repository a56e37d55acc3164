import pytest

from libs.telemetry.redaction import HIDDEN, hides, redact, scrub


@pytest.mark.parametrize(
    "key",
    [
        "password", "new_password", "token", "access_token", "refresh_token", "Authorization", "X-API-Key",
        "api_keys", "client_secret", "cookie", "signing_key", "email", "emails", "customer_email",
        "email_address", "phone", "mobile_phone", "phone_number", "first_name", "last_name", "full_name",
        "contact_name", "username", "birth_date",
    ],
)  # fmt: skip
def test_keys_of_secrets_and_personal_data_are_hidden(key: str) -> None:
    assert redact({key: "Ada"}) == {key: HIDDEN}


@pytest.mark.parametrize(
    "key",
    [
        "event", "service", "name", "queue", "collection", "record_id", "token_type", "api_key_id",
        "email_template_id", "phone_call", "monkey", "tokenizer", "milestone", "correlation_id",
    ],
)  # fmt: skip
def test_keys_an_operator_needs_are_shown(key: str) -> None:
    assert not hides(key)


def test_nested_records_are_searched_through_lists_and_mappings() -> None:
    hidden = redact({"change": [{"email": "a@b.example", "city": "Bonn", "address": {"line1": "Weg 1"}}]})

    assert hidden == {"change": [{"email": HIDDEN, "city": "Bonn", "address": HIDDEN}]}


def test_a_name_is_hidden_in_a_record_and_shown_on_the_line_itself() -> None:
    assert redact({"name": "sales.relay", "record": {"name": "Ada"}}) == {
        "name": "sales.relay",
        "record": {"name": HIDDEN},
    }


def test_nesting_without_end_is_cut() -> None:
    endless: dict[str, object] = {}
    endless["again"] = endless

    assert HIDDEN in str(redact(endless))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("cannot reach amqp://tandem:hunter2@broker:5672/", f"cannot reach amqp://{HIDDEN}@broker:5672/"),
        ("mail to ada.lovelace@example.com failed", f"mail to {HIDDEN} failed"),
        ("call +49 228 12 34 56 now", f"call {HIDDEN} now"),
        ("token eyJhbGciOiJF.eyJzdWIi.c2ln refused", f"token {HIDDEN} refused"),
        (
            "Input should be a valid integer [type=int, input_value='secret, 1', input_type=str]",
            f"Input should be a valid integer [type=int, input_value={HIDDEN}, input_type=str]",
        ),
        (
            'E11000 duplicate key error index: key_1 dup key: { key: "ada lovelace" }, full error',
            f"E11000 duplicate key error index: key_1 dup key: {HIDDEN}, full error",
        ),
    ],
)
def test_text_is_scrubbed_of_what_gives_itself_away(text: str, kept: str) -> None:
    assert scrub(text) == kept


def test_ordinary_text_is_left_alone() -> None:
    text = "lead 0192f7c0-1d7e-7bb1-9a3e-6d2d0b3b5c11 qualified in 12 ms at 2026-11-21T10:00:00+00:00"

    assert scrub(text) == text


def test_an_exception_among_the_values_is_scrubbed() -> None:
    assert redact({"cause": ValueError("ada@example.com is taken")}) == {"cause": f"ValueError: {HIDDEN} is taken"}
