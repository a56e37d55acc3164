"""What receivers verify by the library of Standard Webhooks."""

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from services.journal.deliveries.signature import secret_of, signed_headers

SECRET = secret_of(b"x" * 32)
OTHER = secret_of(b"y" * 32)


@given(st.dictionaries(st.text(), st.text()), st.text("0123456789abcdef-", min_size=1))
def test_the_library_accepts_what_was_signed(content: dict[str, str], event_id: str) -> None:
    body = json.dumps(content).encode()
    headers = signed_headers([SECRET], event_id=event_id, at=int(time.time()), body=body)

    assert Webhook(SECRET).verify(body, headers) == content


def test_while_a_secret_is_changed_both_verify() -> None:
    headers = signed_headers([SECRET, OTHER], event_id="1", at=int(time.time()), body=b"{}")

    assert Webhook(SECRET).verify(b"{}", headers) == Webhook(OTHER).verify(b"{}", headers) == {}


@pytest.mark.parametrize("forged", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_what_was_changed_is_not_accepted(forged: str) -> None:
    now = int(time.time())
    headers = signed_headers([OTHER if forged == "secret" else SECRET], event_id="1", at=now, body=b"{}")
    if forged in headers:
        headers[forged] = {"webhook-id": "2", "webhook-timestamp": str(now + 1)}[forged]

    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(b"[]" if forged == "body" else b"{}", headers)


def test_the_signature_is_that_of_the_standard() -> None:
    at = datetime(2021, 2, 25, tzinfo=UTC)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    theirs = Webhook(secret).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, body.decode())

    ours = signed_headers([secret], event_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=int(at.timestamp()), body=body)

    assert ours["webhook-signature"] == theirs
