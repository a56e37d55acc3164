"""One-time codes of an authenticator app (RFC 6238): six digits, a new one each 30 seconds."""

from datetime import datetime
from typing import Final

import pyotp

ISSUER: Final = "Tandem CRM"
STEP_SECONDS: Final = 30
_EARLIER: Final = 1
"""Steps that a code may be old, as clocks differ and people type slowly."""


def new_secret() -> str:
    """160 random bits in base32, as apps take them."""
    return pyotp.random_base32()


def address_of(secret: str, username: str) -> str:
    """The otpauth address that a QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def step_of(code: str, secret: str, *, at: datetime) -> int | None:
    """The step whose code this is, now or just before; None for a wrong one."""
    now = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    steps = range(now, now - _EARLIER - 1, -1)
    return next((step for step in steps if pyotp.utils.strings_equal(totp.at(step * STEP_SECONDS), code)), None)
