"""A link that lets a person choose a password, once: an invitation, or a way back for who has forgotten it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from libs.domain.refusals import Unauthenticated


class Purpose(StrEnum):
    INVITATION = "invitation"
    RESET = "reset"


LASTS: Final = {Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}

SUBJECTS: Final = {Purpose.INVITATION: "Your account in Tandem CRM", Purpose.RESET: "A new password for Tandem CRM"}

_TEXTS: Final = {
    Purpose.INVITATION: "an account in Tandem CRM was made for you. Choose a password here:",
    Purpose.RESET: "choose a new password for Tandem CRM here, if it was you who asked for it:",
}


class LinkNotValid(Unauthenticated):
    code = "link_not_valid"

    def __init__(self) -> None:
        super().__init__("The link was used already, or is too old; ask for another.")


@dataclass(frozen=True, slots=True)
class PasswordLink:
    """`digest` is what is kept of the secret in it."""

    digest: str
    user_id: str
    purpose: Purpose
    expires_at: datetime


def text_of(name: str, purpose: Purpose, url: str, *, until: datetime) -> str:
    return f"{name},\n\n{_TEXTS[purpose]}\n\n{url}\n\nThe link works once, until {until:%Y-%m-%d %H:%M} UTC.\n"
