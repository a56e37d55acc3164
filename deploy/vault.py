"""Development secrets: generated once, kept in files that only their owner reads."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from joserfc.jwk import OKPKey


class Vault:
    """A directory of secrets, one file each."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def password(self, name: str) -> str:
        return self._ensure(name, lambda: secrets.token_urlsafe(24)).read_text()

    def kept(self, name: str) -> str | None:
        """None if it was never made."""
        path = self._path(name)
        return path.read_text() if path.exists() else None

    def signing_key(self, name: str) -> Path:
        """The file of an Ed25519 private key (PKCS #8, PEM)."""
        return self._ensure(name, _new_signing_key)

    def replace(self, name: str, secret: str) -> None:
        self._path(name).unlink(missing_ok=True)
        self._ensure(name, lambda: secret)

    def _path(self, name: str) -> Path:
        return self._directory / name

    def _ensure(self, name: str, generate: Callable[[], str]) -> Path:
        path = self._path(name)
        if not path.exists():
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(generate())
        return path


def _new_signing_key() -> str:
    return OKPKey.generate_key("Ed25519").as_pem(private=True).decode()
