"""The file that holds the signing keys."""

import os
from pathlib import Path
from typing import Final

from libs.telemetry.logs import logger
from services.identity.keys.signing import SigningKey, SigningKeys, UnfitSigningKey, read_pem
from services.identity.refusing import RefusesToStart

VARIABLE: Final = "TANDEM_SIGNING_KEY_FILE"
DEVELOPMENT_FILE: Final = Path(".tandem/signing_key.pem")
HOW_TO_MAKE: Final = "make one by `openssl genpkey -algorithm ed25519 -out signing_key.pem`"

_log = logger()


def load_signing_keys(file: Path | None, *, development: bool) -> SigningKeys:
    """The keys in the file; in development it is made when absent. Raises `RefusesToStart`."""
    if development:
        _make_if_absent(file or DEVELOPMENT_FILE)
    elif file is None:
        raise RefusesToStart(f"{VARIABLE} names no file with an Ed25519 private key; {HOW_TO_MAKE}")
    path = file or DEVELOPMENT_FILE
    try:
        return read_pem(path.read_bytes())
    except OSError as error:
        raise RefusesToStart(f"{VARIABLE}: {path} cannot be read ({error.strerror}); {HOW_TO_MAKE}") from error
    except UnfitSigningKey as unfit:
        raise RefusesToStart(f"{VARIABLE}: {path} is not fit: {unfit}; {HOW_TO_MAKE}") from unfit


def _make_if_absent(path: Path) -> None:
    """Written beside and linked into place, so that a copy starting meanwhile never reads half a key."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = path.with_name(f"{path.name}.{os.getpid()}")
    written.touch(mode=0o600)
    written.write_bytes(SigningKey.generate().to_pem())
    try:
        path.hardlink_to(written)
        _log.info("signing_key_made", file=str(path))
    except FileExistsError:
        _log.info("signing_key_made_by_another_copy", file=str(path))
    finally:
        written.unlink()
