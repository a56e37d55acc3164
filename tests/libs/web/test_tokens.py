import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, OKPKey

from libs.domain.refusals import Unauthenticated
from libs.web.tokens import ALGORITHM, AUDIENCE, ISSUER, TOKEN_TYPE, AccessClaims, UnknownKey, sign, verify

NOW = 1_800_000_000
KEY = OKPKey.generate_key("Ed25519", {"kid": "ours"})
KEYS = KeySet([OKPKey.import_key(KEY.as_dict(private=False))])
CLAIMS = AccessClaims(
    sub="user-1", name="Ada", roles=("salesperson",), sid="session-1", via="ui", iat=NOW, exp=NOW + 300
)


def token(header: dict[str, Any] | None = None, key: OKPKey = KEY, **claims: Any) -> str:
    """A token like ours, but for what the test changes; a claim that is None is left out."""
    ours = CLAIMS.model_dump(mode="json")
    ours |= {"iss": ISSUER, "aud": AUDIENCE, "nbf": NOW, "use": "access"} | claims
    return jwt.encode(
        {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": "ours"} | (header or {}),
        {name: value for name, value in ours.items() if value is not None},
        key,
        algorithms=[ALGORITHM, "EdDSA"],
    )


def forged(header: dict[str, Any]) -> str:
    def part(values: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()

    return f"{part(header)}.{token().split('.')[1]}."


def test_a_token_gives_back_what_was_signed() -> None:
    assert verify(sign(CLAIMS, KEY), KEYS, now=NOW) == CLAIMS


def test_a_token_holds_between_its_start_and_its_end() -> None:
    signed = sign(CLAIMS, KEY)

    assert verify(signed, KEYS, now=NOW - 5) == CLAIMS
    assert verify(signed, KEYS, now=NOW + 299) == CLAIMS
    with pytest.raises(Unauthenticated):
        verify(signed, KEYS, now=NOW - 60)
    with pytest.raises(Unauthenticated, match="expired"):
        verify(signed, KEYS, now=NOW + 306)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "someone-else"}, {"iss": None}, {"aud": "another-suite"}, {"aud": None}, {"use": "refresh"},
        {"use": None}, {"exp": None}, {"exp": "tomorrow"}, {"nbf": None}, {"sub": None}, {"sub": ""},
        {"sid": None}, {"roles": "administrator"}, {"roles": None}, {"via": "magic"},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_with_wrong_or_missing_claims_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verify(token(**claims), KEYS, now=NOW)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(
    "header",
    [{"typ": "JWT"}, {"alg": "EdDSA"}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example"}],
    ids=str,
)
def test_a_token_with_another_header_is_refused_though_our_key_signed_it(header: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verify(token(header), KEYS, now=NOW)


def test_a_key_inside_the_header_is_refused() -> None:
    stranger = OKPKey.generate_key("Ed25519", {"kid": "ours"})
    header = {"jwk": stranger.as_dict(private=False)}

    with pytest.raises(Unauthenticated):
        verify(token(header, key=stranger), KEYS, now=NOW)


def test_a_token_without_a_signature_is_refused() -> None:
    for algorithm in ("none", ALGORITHM):
        with pytest.raises(Unauthenticated):
            verify(forged({"alg": algorithm, "typ": TOKEN_TYPE, "kid": "ours"}), KEYS, now=NOW)


def test_our_public_key_used_as_a_shared_secret_is_refused() -> None:
    secret = OctKey.import_key({"kty": "oct", "k": str(KEY.as_dict(private=False)["x"])})
    header = {"alg": "HS256", "typ": TOKEN_TYPE, "kid": "ours"}
    signed = jwt.encode(header, jwt.decode(token(), KEY, algorithms=[ALGORITHM]).claims, secret)

    with pytest.raises(Unauthenticated):
        verify(signed, KEYS, now=NOW)


def test_a_stranger_who_claims_our_key_id_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        verify(token(key=OKPKey.generate_key("Ed25519")), KEYS, now=NOW)


def test_an_unknown_key_id_is_told_apart_so_that_new_keys_can_be_fetched() -> None:
    with pytest.raises(UnknownKey):
        verify(token({"kid": "theirs"}), KEYS, now=NOW)
    with pytest.raises(UnknownKey):
        verify(token(), None, now=NOW)


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "a.b.c.d.e", "é.é.é", "." * 5000, "eyJ9.." + "A" * 100])
def test_text_that_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(text, KEYS, now=NOW)


def test_a_changed_token_is_refused() -> None:
    header, payload, signature = sign(CLAIMS, KEY).split(".")
    other = sign(CLAIMS.model_copy(update={"roles": ("administrator",)}), KEY).split(".")[1]

    assert payload != other
    with pytest.raises(Unauthenticated):
        verify(f"{header}.{other}.{signature}", KEYS, now=NOW)
