"""By which channels a person may be approached, and how that is known."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from libs.contracts.values import Moment, Value


class Consent(Value):
    """By which channels a person may be approached; nothing said is neither yes nor no."""

    email: bool | None = None
    phone: bool | None = None
    sms: bool | None = None
    letter: bool | None = None
    fax: bool | None = None
    social: bool | None = None


def agreed(one: Consent | None, other: Consent | None) -> Consent | None:
    """The consent of somebody who was recorded twice: a no, wherever it was said, is one."""
    if one is None or other is None:
        return one or other
    said = {name: (getattr(one, name), getattr(other, name)) for name in Consent.model_fields}
    return Consent(**{name: False if False in each else True in each or None for name, each in said.items()})


class ConsentChannel(StrEnum):
    """The channels of `Consent`."""

    EMAIL = "email"
    PHONE = "phone"
    SMS = "sms"
    LETTER = "letter"
    FAX = "fax"
    SOCIAL = "social"


class ConsentStatus(StrEnum):
    """`unsaid`: what was said before counts no more, neither as a yes nor as a no."""

    GIVEN = "given"
    REFUSED = "refused"
    UNSAID = "unsaid"


class ConsentProof(Value):
    """What somebody said about one channel: when, where (a form, a call, a letter), and to which wording."""

    channel: ConsentChannel
    status: ConsentStatus
    at: Moment
    source: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    wording: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    recorded_by: str | None = None
