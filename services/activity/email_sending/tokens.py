"""The signed token that ties what comes back, a reply or a bounce, to the e-mail that was sent."""

import hmac
import re
from base64 import b32decode, b32encode
from hashlib import sha256
from typing import Final
from uuid import UUID

_MAC_BYTES: Final = 10
_TOKEN: Final = re.compile(r"(?<![a-z2-7])([a-z2-7]{42})(?![a-z2-7])")
"""Letters and digits of one case, since a local part may lose its case on the way: 26 of the id, 16 of the MAC."""


def token_of(key: bytes, mail_id: str) -> str:
    """The token of an id as the store makes them."""
    raw = UUID(mail_id).bytes
    return _text(raw) + _text(_mac(key, raw))


def mail_id_in(key: bytes, text: str) -> str | None:
    """The id in the first token of this text, such as a Message-ID or an address, that we have signed."""
    for token in _TOKEN.findall(text.lower()):
        raw = b32decode(f"{token[:26]}======".upper())
        if hmac.compare_digest(token[26:], _text(_mac(key, raw))):
            return str(UUID(bytes=raw))
    return None


def plus_address(address: str, token: str) -> str:
    """`inbox@example.org` with the token behind its local part (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def _mac(key: bytes, raw: bytes) -> bytes:
    return hmac.digest(key, raw, sha256)[:_MAC_BYTES]


def _text(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=").lower()
