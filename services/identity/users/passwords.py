"""Which passwords are good enough, and how they are kept."""

import asyncio
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from libs.domain.refusals import InvalidFields, Unavailable

SHORTEST: Final = 10
SHORTEST_WITHOUT_LETTERS: Final = 16
LONGEST: Final = 200
"""Characters; hashing longer ones would only serve those who want to keep us busy."""

# OWASP's argon2id parameters (19 MiB, two passes): about 30 ms of one core.
MEMORY_KIB: Final = 19_456
PASSES: Final = 2
THREADS: Final = 2
MOST_WAITING: Final = 64

KNOWN_TO_ALL: Final = frozenset(
    {
        *("abc", "admin", "administrator", "changeit", "changeme", "crm", "default", "demo", "guest", "hello"),
        *("iloveyou", "letmein", "login", "master", "monkey", "pass", "passphrase", "password", "passwort"),
        *("qwerty", "qwertyuiop", "qwertz", "qwertzuiop", "root", "secret", "superuser", "system", "tandem"),
        *("tandemcrm", "temp", "test", "tester", "trustno", "user", "welcome", "willkommen"),
    }
)
LOOKALIKES: Final = str.maketrans("@4310!$57", "aaeloisst")

Result = TypeVar("Result")


def weakness(password: str, username: str) -> str | None:
    """Why a password would be guessed, as a sentence; None if it will do.

    Follows NIST SP 800-63B: length and what everybody tries, no rules on kinds of characters.
    """
    if len(password) < SHORTEST:
        return f"A password has at least {SHORTEST} characters."
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters."
    if not re.search(r"[^\W\d_]", password) and len(password) < SHORTEST_WITHOUT_LETTERS:
        return f"A password without letters has at least {SHORTEST_WITHOUT_LETTERS} characters."
    if len(username) > 3 and username.lower() in password.lower():
        return "A password does not contain the username."
    if len(set(password)) < 5 or _core(password) in KNOWN_TO_ALL:
        return "This password is among the first that everybody tries."
    return None


def require_strong(password: str, username: str) -> None:
    """Raises `InvalidFields` for a password that would be guessed."""
    if reason := weakness(password, username):
        raise InvalidFields.at("/password", "weak_password", reason)


def _core(password: str) -> str:
    """The word that a password is made of: `P4ssw0rd!2026`, `passwordpassword` → `password`."""
    word = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password.lower()).translate(LOOKALIKES)
    letters = re.sub(r"[^a-z]", "", word)
    return re.sub(r"^(.+?)\1+$", r"\1", letters)


class Passwords:
    """Hashes and checks passwords with argon2id in threads of its own, so that sign-ins slow nobody else."""

    def __init__(self) -> None:
        self._argon2 = PasswordHash([Argon2Hasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)])
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobodys_hash = self._argon2.hash("compared where there is no user")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def hash(self, password: str) -> str:
        return await self._in_thread(partial(self._argon2.hash, _normal(password)))

    async def match(self, password: str, hashed: str | None) -> bool:
        """Whether the password is the one hashed; without a hash it takes as long and is False."""
        check = partial(self._argon2.verify, _normal(password[:LONGEST]), hashed or self._nobodys_hash)
        return await self._in_thread(check) and hashed is not None

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= MOST_WAITING:
            raise Unavailable("Too many people sign in right now.", retry_after=5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _normal(password: str) -> str:
    """One form of the password, however a keyboard composes its accents (RFC 8265)."""
    return unicodedata.normalize("NFC", password)
