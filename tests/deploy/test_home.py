from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from deploy.local.home import PROJECT, AlreadyRunning, Home, Running
from deploy.vault import Vault


def test_a_home_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    with Home(tmp_path).held():
        Home(tmp_path).announce(Running(42, "http://127.0.0.1:8080"))
        with pytest.raises(AlreadyRunning, match=r"running already .* http://127.0.0.1:8080 \(process 42\)"):
            Home(tmp_path).held().__enter__()
    with Home(tmp_path).held():
        assert Home(tmp_path).running is None


def test_a_killed_holder_does_not_keep_the_home(tmp_path: Path) -> None:
    script = f"""
import pathlib, signal, sys
from deploy.local.home import Home
with Home(pathlib.Path({str(tmp_path)!r})).held():
    sys.stdout.write("held")
    sys.stdout.flush()
    signal.pause()
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.read(4) == b"held"
        holder.kill()
    with Home(tmp_path).held():
        assert Home(tmp_path).running is None


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "secrets")
    password = vault.password("rabbitmq")
    assert len(password) >= 32
    assert Vault(tmp_path / "secrets").password("rabbitmq") == password
    assert vault.password("other") != password
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secrets" / "rabbitmq").stat().st_mode) == 0o600


def test_a_replaced_secret_stays_private(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.password("admin_password")
    vault.replace("admin_password", "correct horse")
    assert vault.password("admin_password") == "correct horse"
    assert stat.S_IMODE((tmp_path / "admin_password").stat().st_mode) == 0o600


def test_the_signing_key_is_a_private_ed25519_key(tmp_path: Path) -> None:
    path = Vault(tmp_path).signing_key("signing_key.pem")
    key = OKPKey.import_key(path.read_bytes())
    assert key.is_private
    assert key.curve_name == "Ed25519"
