"""The keys that sign: what makes one unfit, and what is derived from it."""

import hmac
import re
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from joserfc.jwk import KeySet, OKPKey

from libs.web.tokens import ALGORITHM

PRIVATE_KEY: Final = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)
LEAST_DISTINCT_BYTES: Final = 16
"""32 random bytes have fewer less than once in 10^15 keys; repeated text has."""


class UnfitSigningKey(Exception):
    """The service must not start with this key; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One Ed25519 key. Its id is its RFC 7638 thumbprint, the same in every copy of the service."""

    private: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> "SigningKey":
        return cls(Ed25519PrivateKey.generate())

    @property
    def jwk(self) -> OKPKey:
        key = OKPKey.import_key(self.private, {"use": "sig", "alg": ALGORITHM})
        key.ensure_kid()
        return key

    @property
    def raw(self) -> bytes:
        return self.private.private_bytes_raw()

    def to_pem(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def mac_key(self) -> bytes:
        """The secret that refresh tokens are authenticated with."""
        return hmac.digest(self.raw, b"tandem refresh token v1", "sha256")

    def __repr__(self) -> str:
        return "SigningKey(…)"


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The key that signs now, and those before it whose tokens still hold."""

    current: SigningKey
    former: tuple[SigningKey, ...] = ()

    @property
    def all(self) -> tuple[SigningKey, ...]:
        return (self.current, *self.former)

    def published(self) -> KeySet:
        """The public halves."""
        return KeySet([OKPKey.import_key(key.jwk.as_dict(private=False)) for key in self.all])


def read_pem(pem: bytes) -> SigningKeys:
    """The keys in a PEM file: the first signs, further ones are former. Raises `UnfitSigningKey`."""
    blocks = PRIVATE_KEY.findall(pem)
    if not blocks:
        raise UnfitSigningKey("it holds no private key in PEM form")
    first, *others = [_read_one(block) for block in blocks]
    return SigningKeys(first, tuple(others))


def _read_one(block: bytes) -> SigningKey:
    try:
        private = load_pem_private_key(block, password=None)
    except (ValueError, TypeError) as error:
        raise UnfitSigningKey("it holds a private key that cannot be read, or is locked by a passphrase") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise UnfitSigningKey("it holds a private key that is not Ed25519")
    key = SigningKey(private)
    if len(set(key.raw)) < LEAST_DISTINCT_BYTES:
        raise UnfitSigningKey("it holds a private key that is not random")
    return key
