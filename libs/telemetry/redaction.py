"""Keeping secrets and personal data out of logs and parked errors.

Two nets: values are hidden by the key they stand under, and text is scrubbed of what
gives itself away by its shape (an e-mail address, a token, a password in a URL, the
input quoted in a validation error).
"""

import re
from collections.abc import Mapping
from functools import lru_cache

HIDDEN = "[redacted]"
DEEPEST = 6

SECRET_WORDS = re.compile(
    r"(^|_)(password|passwd|passphrase|secret|token|authorization|cookie|credential"
    r"|api_key|apikey|private_key|signing_key|client_key)s?(_|$)"
)
PERSONAL_WORDS = re.compile(
    r"(^|_)(e?_?mail|phone|mobile|fax|username|birth_date|birthday|street|postal_code"
    r"|(first|middle|last|full|given|family|maiden|display|contact|customer|company|user)_name)"
    r"(es|s)?(_address(es)?|_number(s)?)?$"
)
# Under these keys a record holds a person's data, while a log line's own `name` is a queue or a job.
PERSONAL_WITHIN_RECORDS = frozenset({"name", "address", "addresses", "subject", "body"})
IDENTIFIES_ONLY = re.compile(r"_(id|ids|type|hint)$")

URL_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
EMAIL_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
JSON_WEB_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*")
QUOTED_INPUT = re.compile(r"input_value=.*?(?=, input_type=|\n|$)")
DUPLICATE_KEY = re.compile(r"dup key: \{.*?\}|'keyValue': \{.*?\}")
PHONE_NUMBER = re.compile(r"(?<!\w)\+\d(?:[ ()./-]{0,2}\d){6,14}(?!\w)")


def redact(values: Mapping[str, object]) -> dict[str, object]:
    """The same values, with secrets and personal data hidden at every depth."""
    return {key: HIDDEN if hides(key) else _redacted(value, 1) for key, value in values.items()}


def scrub(text: str) -> str:
    """The same text without addresses, tokens and passwords; for messages that others wrote."""
    if "@" in text:
        text = URL_CREDENTIALS.sub(f"{HIDDEN}@", text)
        text = EMAIL_ADDRESS.sub(HIDDEN, text)
    if "eyJ" in text:
        text = JSON_WEB_TOKEN.sub(HIDDEN, text)
    if "input_value=" in text:
        text = QUOTED_INPUT.sub(f"input_value={HIDDEN}", text)
    if "+" in text:
        text = PHONE_NUMBER.sub(HIDDEN, text)
    if "dup key" in text:
        text = DUPLICATE_KEY.sub(f"dup key: {HIDDEN}", text)
    return text


def summary_of(error: BaseException) -> str:
    """What kind of error it is and what it says, scrubbed."""
    return scrub(f"{type(error).__name__}: {error}")


@lru_cache(maxsize=4096)
def hides(key: str) -> bool:
    """Whether a value under this key is a secret or names a person."""
    plain = key.lower().replace("-", "_")
    if IDENTIFIES_ONLY.search(plain):
        return False
    return bool(SECRET_WORDS.search(plain) or PERSONAL_WORDS.search(plain))


def _redacted(value: object, depth: int) -> object:
    match value:
        case str():
            return scrub(value)
        case Mapping():
            return _redacted_record(value, depth)
        case list() | tuple() | set() | frozenset():
            return [_redacted(each, depth + 1) for each in value] if depth < DEEPEST else HIDDEN
        case int() | float() | None:
            return value
        case BaseException():
            return summary_of(value)
        case _:
            return scrub(str(value))


def _redacted_record(record: Mapping[object, object], depth: int) -> object:
    if depth >= DEEPEST:
        return HIDDEN
    return {
        str(key): HIDDEN if str(key) in PERSONAL_WITHIN_RECORDS or hides(str(key)) else _redacted(value, depth + 1)
        for key, value in record.items()
    }
