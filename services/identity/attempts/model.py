"""Failed sign-ins, counted per user and per address: who guesses has to wait longer and longer."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from libs.domain.refusals import TooManyRequests

FORGOTTEN_AFTER: Final = timedelta(hours=1)
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=15)


class TooManyAttempts(TooManyRequests):
    code = "too_many_attempts"

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, -(-wait // timedelta(seconds=1)))
        super().__init__("Too many sign-ins have failed; wait and try again.", retry_after=int(seconds))


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose failures are counted together, and how many are free of a wait."""

    key: str
    free: int

    @classmethod
    def user(cls, username: str) -> "Subject":
        """Counted whether or not such a user exists, so that the answer does not tell."""
        return cls(_digest(f"user|{username.lower()}"), free=5)

    @classmethod
    def forgetful(cls, username: str) -> "Subject":
        """Who asks for links by mail, so that nobody's mailbox is filled."""
        return cls(_digest(f"forgetful|{username.lower()}"), free=3)

    @classmethod
    def address(cls, address: str) -> "Subject":
        """An office behind one address may mistype more often than one person."""
        return cls(_digest(f"address|{address}"), free=100)


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is remembered of one subject."""

    failures: int = 0
    last_at: datetime | None = None
    locked_until: datetime | None = None


def attempt(attempts: Attempts, subject: Subject, *, at: datetime) -> Attempts:
    """The count with one more try, which is a failure until it has succeeded; raises `TooManyAttempts`.

    Counting first means that guesses made at the same time cannot slip through together.
    """
    if attempts.locked_until is not None and at < attempts.locked_until:
        raise TooManyAttempts(attempts.locked_until - at)
    if attempts.last_at is not None and at - attempts.last_at >= FORGOTTEN_AFTER:
        attempts = Attempts()
    failures = attempts.failures + 1
    beyond = failures - subject.free
    locked_until = at + _wait(beyond) if beyond >= 0 else None
    return replace(attempts, failures=failures, last_at=at, locked_until=locked_until)


def forgive(attempts: Attempts) -> Attempts:
    """The count without the last try, which was no failure."""
    return replace(attempts, failures=max(0, attempts.failures - 1), locked_until=None)


def absolve(attempts: Attempts) -> Attempts:
    """No failures, for who has shown to know the password."""
    return replace(attempts, failures=0, locked_until=None)


def _digest(key: str) -> str:
    """People type passwords where the username belongs, so what was typed is not kept."""
    return sha256(key.encode()).hexdigest()


def _wait(beyond: int) -> timedelta:
    """30 s at the first failure that locks, doubling up to a quarter of an hour."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(beyond, 10)
    return min(doubled, LONGEST_WAIT)
