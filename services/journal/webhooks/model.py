"""The webhook: where some events are sent, each on its own, signed."""

from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field, HttpUrl, TypeAdapter, ValidationError

from libs.contracts.journal import WebhookDisabled
from libs.domain import lifecycle
from libs.domain.fields import LISTED, SEARCHED, Line
from libs.domain.lifecycle import Lifecycle
from libs.domain.record import Record
from libs.domain.refusals import InvalidFields, Refusal
from services.journal.events.model import MOST_PATTERNS, Topics

_LONGEST_URL: Final = 2000
_URL: Final = TypeAdapter(HttpUrl)


def _plain_url(text: str) -> str:
    try:
        url = _URL.validate_python(text)
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"]) from None
    if url.username is not None or url.password is not None or url.fragment is not None:
        raise ValueError("must have no user, no password and no fragment")
    return text


def _pattern(text: str) -> str:
    try:
        Topics.parse(text)
    except InvalidFields as refusal:
        raise ValueError(refusal.errors[0].detail) from None
    return text


Url = Annotated[str, Field(max_length=_LONGEST_URL), AfterValidator(_plain_url)]
Pattern = Annotated[str, Field(pattern=r"^[^,\s]+$"), AfterValidator(_pattern)]
"""A type of event, or a pattern such as `sales.opportunity.*`."""


class Ended(StrEnum):
    """Why a webhook was switched off by itself."""

    FAILING = "failing"
    GONE = "gone"
    OWNER_NOT_ALLOWED = "owner_not_allowed"


class Webhook(Record, collection="webhooks", aggregate="journal.webhook"):
    """`filter` chooses among the events of these types by their record, in the words of `$filter`."""

    name: Annotated[Line, LISTED, SEARCHED]
    url: Annotated[Url, LISTED]
    types: Annotated[tuple[Pattern, ...], Field(min_length=1, max_length=MOST_PATTERNS)]
    filter: Annotated[str | None, Field(min_length=1, max_length=_LONGEST_URL)] = None

    @property
    def topics(self) -> Topics:
        return Topics.parse(",".join(self.types))


class WebhookInactive(Refusal):
    """Nothing is sent to an inactive webhook."""

    code: ClassVar[str] = "webhook_inactive"


def require_secure(url: str, *, allow_http: bool) -> None:
    if not allow_http and not url.lower().startswith("https:"):
        raise InvalidFields.at("/url", "not_secure", "must begin with https://")


def require_active(webhook: Webhook) -> None:
    if webhook.state != Lifecycle.ACTIVE:
        raise WebhookInactive("activate the webhook first", state=webhook.state)


def activate(webhook: Webhook) -> Webhook:
    return lifecycle.activate(webhook).evolve(status_reason=None)


def disable(webhook: Webhook, reason: Ended, *, error: str | None) -> tuple[Webhook, WebhookDisabled]:
    off = lifecycle.deactivate(webhook).evolve(status_reason=reason.value)
    return off, WebhookDisabled(reason=reason.value, error=error)


def goes_on(webhook: Webhook) -> bool:
    """Whether it gets what has happened meanwhile once it is activated: not if a person switched it off."""
    return webhook.status_reason in set(Ended)
