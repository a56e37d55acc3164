"""The first administrator, made when an installation has no users yet."""

import os
import secrets
from pathlib import Path
from typing import Final

from libs.contracts.identity import DefaultRole, UserCreated
from libs.store.context import Context
from libs.store.errors import Duplicate
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.telemetry.logs import logger
from services.identity.refusing import RefusesToStart
from services.identity.users.model import User
from services.identity.users.passwords import Passwords, weakness
from services.identity.users.store import replace_credential

USERNAME: Final = "admin"
VARIABLE: Final = "TANDEM_ADMIN_PASSWORD"
DEVELOPMENT_FILE: Final = Path(".tandem/admin_password")

_log = logger()


def refuse_weak(password: str | None, *, development: bool) -> None:
    """Raises `RefusesToStart` outside development for a password that would be guessed."""
    if password is not None and not development and (reason := weakness(password, USERNAME)):
        raise RefusesToStart(f"{VARIABLE}: {reason}")


async def make_first_administrator(
    store: Store, passwords: Passwords, password: str | None, *, development: bool
) -> None:
    """Does nothing where there are users. Raises `RefusesToStart` without a password outside development."""
    if await store.collection(User.collection).find_one({}, {"_id": 1}):
        return
    if password is None and not development:
        raise RefusesToStart(f"{VARIABLE} is not set, and there is no user yet who could sign in")
    hashed = await passwords.hash(password or _made_password())

    async def command(work: UnitOfWork) -> None:
        user = User(id=work.new_id(), username=USERNAME, name="Administrator", roles=(DefaultRole.ADMINISTRATOR,))
        work.add(user.evolve(owner_id=user.id, created_by=user.id), UserCreated())
        await replace_credential(work, user.id, hashed)

    try:
        await store.run(command, Context())
    except Duplicate:
        _log.info("first_administrator_made_by_another_copy")
    else:
        _log.info("first_administrator_made", sign_in_as=USERNAME)


def _made_password() -> str:
    """A password in a file that only its owner reads; the log names the file, never the password."""
    DEVELOPMENT_FILE.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not DEVELOPMENT_FILE.exists():
        descriptor = os.open(DEVELOPMENT_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(18))
    _log.info("admin_password_is_in_a_file", read_it_by=f"cat {DEVELOPMENT_FILE}")
    return DEVELOPMENT_FILE.read_text().strip()
