"""The token that an API key is exchanged for."""

from datetime import datetime

from services.identity.api_keys.commands import KeyHolder
from services.identity.keys.signing import SigningKeys
from services.identity.sessions.tokens import Bearer, access_token


def token_for(holder: KeyHolder, keys: SigningKeys, *, at: datetime) -> tuple[str, int]:
    """A token that dies with the key, and the seconds it holds."""
    bearer = Bearer(holder.user.id, holder.user.name, tuple(holder.roles), holder.key.id, "api_key")
    return access_token(bearer, keys, at=at, until=holder.key.expires_at)
