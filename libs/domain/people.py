"""How people and companies are recognised: normalised e-mail, phone and name keys."""

import re
import unicodedata
from functools import lru_cache
from typing import Annotated, Final, Self

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, model_validator

from libs.contracts.values import Value

_PLAIN_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9_+-]{1,64}")
"""Dots between such parts are as plain; whatever else may stand before an @ is judged as a whole."""

_WORD: Final = re.compile(r"\w+")


def _email(text: str) -> str:
    """Judged by the library: each domain once, since that is most of the work, and a local part that is not plain."""
    local, _, domain = text.rpartition("@")
    if len(local) <= 64 and all(_PLAIN_LOCAL_PART.fullmatch(part) for part in local.split(".")):
        return f"{local.lower()}@{_domain(domain)}"
    return _judged(text)


@lru_cache(maxsize=8192)
def _domain(domain: str) -> str:
    return _judged(f"someone@{domain}").rpartition("@")[2]


def _judged(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error


Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
"""An address, checked without DNS and kept in lower case."""

Phone = Annotated[str, Field(min_length=3, max_length=40, pattern=r"^\+?[0-9 ()./x-]*[0-9][0-9 ()./x-]*$")]
"""A number as people write it; `phone_key` makes it comparable."""

NamePart = Annotated[str, Field(min_length=1, max_length=100)]
"""A first name, a last name."""


class Somebody(Value):
    """A record (`collection` and `id`), or a person or company by their own particulars, or both."""

    collection: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,40}$")] | None = None
    id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    name: Annotated[str, Field(max_length=300)] | None = None
    email: Email | None = None
    phone: Phone | None = None

    @model_validator(mode="after")
    def _whole_reference(self) -> Self:
        if (self.collection is None) != (self.id is None):
            raise ValueError("a reference has both collection and id")
        return self


class Respondent(Somebody):
    """A customer as somebody names them."""

    first_name: Annotated[str, Field(max_length=100)] | None = None
    last_name: Annotated[str, Field(max_length=100)] | None = None
    company_name: Annotated[str, Field(max_length=200)] | None = None


_NO_COUNTRY: Final = None


def phone_key(phone: str) -> str:
    """E.164 where the number says its country, else its bare digits."""
    try:
        number = phonenumbers.parse(phone, _NO_COUNTRY)
    except phonenumbers.NumberParseException:
        return re.sub(r"\D", "", phone)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def fold(name: str) -> str:
    """A name without case, accents, punctuation and extra blanks: "  Müller & Söhne " → "muller sohne"."""
    bare = name.casefold()
    if not bare.isascii():
        bare = "".join(letter for letter in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(letter))
    return " ".join(_WORD.findall(bare))


def full_name(first_name: str | None, last_name: str | None) -> str | None:
    return " ".join(part for part in (first_name, last_name) if part) or None


def person_key(
    *, email: str | None, phone: str | None, name: str | None = None, company_name: str | None = None
) -> str | None:
    """What makes two entries the same person: e-mail, else phone, else name and company; none if all are absent."""
    if email:
        return f"email:{email.lower()}"
    if phone:
        return f"phone:{phone_key(phone)}"
    if name:
        return f"name:{fold(name)}|{fold(company_name or '')}"
    return None
