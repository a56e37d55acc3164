import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from services.identity.keys.signing import SigningKey, SigningKeys, UnfitSigningKey, read_pem


def test_a_key_reads_back_with_the_same_id() -> None:
    key = SigningKey.generate()

    assert read_pem(key.to_pem()).current.jwk.kid == key.jwk.kid


def test_further_keys_in_the_file_are_former_ones() -> None:
    now, before = SigningKey.generate(), SigningKey.generate()
    keys = read_pem(now.to_pem() + b"\n" + before.to_pem())

    assert keys.current.raw == now.raw
    assert [key.kid for key in keys.published()] == [now.jwk.kid, before.jwk.kid]


def test_only_public_halves_are_published() -> None:
    keys = SigningKeys(SigningKey.generate())

    assert all("d" not in key for key in keys.published().as_dict()["keys"])


def test_a_key_does_not_show_itself() -> None:
    assert repr(SigningKeys(SigningKey.generate())) == "SigningKeys(current=SigningKey(…), former=())"


def test_unfit_keys_are_refused_with_the_reason() -> None:
    typed = ed25519.Ed25519PrivateKey.from_private_bytes(b"change me change me change me!!!")
    locked = ed25519.Ed25519PrivateKey.generate()
    curve = ec.generate_private_key(ec.SECP256R1())
    plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    for pem, reason in (
        (b"", "no private key"),
        (b"a secret", "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "cannot be read"),
        (
            locked.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
            "passphrase",
        ),
        (curve.private_bytes(*plain), "not Ed25519"),
        (typed.private_bytes(*plain), "not random"),
    ):
        with pytest.raises(UnfitSigningKey, match=reason):
            read_pem(pem)
