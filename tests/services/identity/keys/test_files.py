from pathlib import Path

import pytest

from services.identity.keys.files import load_signing_keys
from services.identity.keys.signing import SigningKey
from services.identity.refusing import RefusesToStart


def test_in_development_a_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "state" / "signing_key.pem"

    made = load_signing_keys(file, development=True)
    found = load_signing_keys(file, development=True)

    assert made.current.raw == found.current.raw
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["signing_key.pem"]


def test_outside_development_a_key_that_is_given_is_used(tmp_path: Path) -> None:
    file, key = tmp_path / "signing_key.pem", SigningKey.generate()
    file.write_bytes(key.to_pem())

    assert load_signing_keys(file, development=False).current.raw == key.raw


def test_outside_development_an_absent_key_is_not_made_but_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusesToStart, match="TANDEM_SIGNING_KEY_FILE names no file"):
        load_signing_keys(None, development=False)
    with pytest.raises(RefusesToStart, match=r"signing_key\.pem cannot be read .*openssl genpkey"):
        load_signing_keys(tmp_path / "signing_key.pem", development=False)


@pytest.mark.parametrize("development", [True, False])
def test_an_unfit_key_is_refused_everywhere(tmp_path: Path, *, development: bool) -> None:
    file = tmp_path / "signing_key.pem"
    file.write_text("changeme")

    with pytest.raises(RefusesToStart, match="is not fit: it holds no private key"):
        load_signing_keys(file, development=development)
