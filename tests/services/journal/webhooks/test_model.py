"""What a webhook may say, and how it is switched off and on."""

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from libs.domain.record import draft_of
from libs.domain.refusals import InvalidFields, MoveRefused
from services.journal.webhooks import model
from services.journal.webhooks.model import Ended, Webhook, WebhookInactive

FIELDS: dict[str, Any] = {"name": "Billing", "url": "https://billing.example.org/crm?tenant=1", "types": ["sales.*"]}


def webhook(**fields: Any) -> Webhook:
    return Webhook.model_validate({"id": "webhook-1", **FIELDS, **fields})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "ftp://example.org/"),
        ("url", "file:///etc/passwd"),
        ("url", "example.org/hook"),
        ("url", "https://"),
        ("url", "https://ana:secret@example.org/"),
        ("url", "https://example.org/#part"),
        ("url", "https://example.org/" + "x" * 2000),
        ("types", []),
        ("types", ["Sales.Lead"]),
        ("types", ["sales.lead.created,sales.lead.updated"]),
        ("types", ["sales.lead.*"] * 21),
        ("filter", ""),
        ("secret", "whsec_mine"),
    ],
)
def test_what_makes_no_sense_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        draft_of(Webhook).model_validate_json(orjson.dumps({**FIELDS, field: value}))

    assert refused.value.errors()[0]["loc"][0] == field


def test_only_secure_addresses_are_allowed_unless_a_setting_says_otherwise() -> None:
    model.require_secure("https://example.org/", allow_http=False)
    model.require_secure("http://example.org/", allow_http=True)
    with pytest.raises(InvalidFields):
        model.require_secure("http://example.org/", allow_http=False)


def test_whoever_was_switched_off_by_itself_goes_on_where_it_was() -> None:
    off, told = model.disable(webhook(), Ended.FAILING, error="answered 500")

    assert (off.state, off.status_reason, told.reason, told.error) == ("inactive", "failing", "failing", "answered 500")
    assert model.goes_on(off)
    assert not model.goes_on(webhook(state="inactive"))
    assert model.activate(off).status_reason is None


def test_an_active_webhook_cannot_be_activated_and_an_inactive_one_sends_nothing() -> None:
    with pytest.raises(MoveRefused):
        model.activate(webhook())
    with pytest.raises(WebhookInactive):
        model.require_active(webhook(state="inactive"))
