"""Access tokens (RFC 9068): what they claim, how they are signed and what is checked of them."""

from typing import Annotated, Final, Literal

from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet, OKPKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from libs.domain.refusals import Unauthenticated

ALGORITHM: Final = "Ed25519"
TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - a media type
ISSUER: Final = "tandem-identity"
AUDIENCE: Final = "tandem"
LONGEST: Final = 4096
CLOCK_SKEW: Final = 5
"""Seconds that the clocks of two machines may differ."""

Via = Literal["ui", "api_key"]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class AccessClaims(BaseModel):
    """Who a token speaks for, and until when. `sid` is the session, or the API key, that it dies with."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    sub: Text
    name: Text
    roles: Annotated[tuple[Text, ...], Field(strict=False, max_length=50)]
    sid: Text
    via: Via
    iat: int
    exp: int


class UnknownKey(Unauthenticated):
    """Signed by a key that is not among ours: a new one not seen yet, or a stranger's."""


def sign(claims: AccessClaims, key: OKPKey) -> str:
    """The token in compact form, signed by a private key that has its id."""
    registered = {"iss": ISSUER, "aud": AUDIENCE, "nbf": claims.iat, "use": "access"}
    header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.kid}
    return jwt.encode(header, claims.model_dump(mode="json") | registered, key, algorithms=[ALGORITHM])


def verify(token: str, keys: KeySet | None, *, now: float) -> AccessClaims:
    """The claims of a token that one of `keys` signed for us and that holds now.

    Raises `UnknownKey` or `Unauthenticated`. The header chooses among our keys and nothing more: a key or
    address inside it is a reason to refuse.
    """
    if len(token) > LONGEST:
        raise Unauthenticated("The access token is too long.")
    try:
        claims = jwt.decode(token, _key_named_by(token, keys), algorithms=[ALGORITHM]).claims
        _registry(now).validate(claims)
        return AccessClaims.model_validate(claims)
    except ExpiredTokenError as error:
        raise Unauthenticated("The access token has expired.") from error
    except (JoseError, ValidationError, ValueError) as error:
        raise Unauthenticated("The access token is not valid.") from error


def _key_named_by(token: str, keys: KeySet | None) -> OKPKey:
    header = jws.extract_compact(token.encode()).headers()
    if header.keys() != {"alg", "typ", "kid"} or header["typ"] != TOKEN_TYPE:
        raise Unauthenticated("This token is not an access token.")
    for key in keys or ():
        if key.kid == header["kid"] and isinstance(key, OKPKey):
            return key
    raise UnknownKey("The access token is signed by an unknown key.")


def _registry(now: float) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        int(now),
        CLOCK_SKEW,
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        use={"essential": True, "value": "access"},
        exp={"essential": True},
        nbf={"essential": True},
    )
