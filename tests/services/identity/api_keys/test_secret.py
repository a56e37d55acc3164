import pytest

from services.identity.api_keys.secret import Secret, WrongApiKey


def test_a_secret_reads_back_and_matches_its_own_hash_only() -> None:
    secret, other = Secret.make("k-1"), Secret.make("k-1")

    assert Secret.parse(str(secret)) == secret
    assert secret.matches(secret.hash)
    assert not other.matches(secret.hash)


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret.make("k-1")

    assert secret.random not in repr(secret)
    assert secret.random not in secret.hash


@pytest.mark.parametrize("text", ["", "tandem", "tandem_", "tandem_k-1", "tandem_k-1_", "other_k-1_x", "tandem__x"])
def test_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(WrongApiKey):
        Secret.parse(text)
