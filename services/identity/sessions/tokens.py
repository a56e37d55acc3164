"""The two tokens that a sign-in gives: a signed access token, and the refresh token that gets the next one."""

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from libs.web.tokens import AccessClaims, Via, sign
from services.identity.keys.signing import SigningKeys
from services.identity.sessions.model import SessionEnded

ACCESS_LASTS: Final = timedelta(minutes=15)
REFRESH_TOKEN: Final = re.compile(r"^([0-9a-f-]{36})\.(\d{1,9})\.([\w-]{43})$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom an access token speaks for; `session_id` is the session or the API key it dies with."""

    user_id: str
    name: str
    roles: tuple[str, ...]
    session_id: str
    via: Via


def access_token(bearer: Bearer, keys: SigningKeys, *, at: datetime, until: datetime | None = None) -> tuple[str, int]:
    """A signed token and the seconds it holds; it ends early where what it stands on ends at `until`."""
    end = at + ACCESS_LASTS if until is None else min(at + ACCESS_LASTS, until)
    claims = AccessClaims(
        sub=bearer.user_id,
        name=bearer.name,
        roles=bearer.roles,
        sid=bearer.session_id,
        via=bearer.via,
        iat=int(at.timestamp()),
        exp=int(end.timestamp()),
    )
    return sign(claims, keys.current.jwk), int((end - at).total_seconds())


def refresh_token(session_id: str, rotation: int, keys: SigningKeys) -> str:
    """The refresh token of one rotation. Nobody needs to store it: it is authenticated by a key of ours."""
    return f"{session_id}.{rotation}.{_mac(session_id, rotation, keys.current.mac_key())}"


def read_refresh_token(text: str, keys: SigningKeys) -> tuple[str, int]:
    """Session and rotation of a refresh token that we made; raises `SessionEnded` for any other text."""
    match = REFRESH_TOKEN.match(text)
    if match is None:
        raise SessionEnded
    session_id, rotation = match[1], int(match[2])
    if not _matches(match[3], session_id, rotation, (key.mac_key() for key in keys.all)):
        raise SessionEnded
    return session_id, rotation


def _matches(mac: str, session_id: str, rotation: int, mac_keys: Iterable[bytes]) -> bool:
    return any(hmac.compare_digest(mac, _mac(session_id, rotation, key)) for key in mac_keys)


def _mac(session_id: str, rotation: int, mac_key: bytes) -> str:
    digest = hmac.digest(mac_key, f"{session_id}.{rotation}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
