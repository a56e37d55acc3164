"""Signatures by Standard Webhooks 1.0.0 (standardwebhooks.com): HMAC-SHA256 over id, time and body."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def secret_of(random: bytes) -> str:
    """A secret as receivers hold it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(random).decode()


def signed_headers(secrets: Iterable[str], *, event_id: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers; while a secret is being changed there is a signature by each. `at` is in Unix seconds."""
    content = b"%s.%d.%s" % (event_id.encode(), at, body)
    signatures = [f"v1,{_signature(secret, content)}" for secret in secrets]
    return {"webhook-id": event_id, "webhook-timestamp": str(at), "webhook-signature": " ".join(signatures)}


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
