"""What the holder of an API key presents. It is shown once and kept only as a hash."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from libs.domain.refusals import Unauthenticated

PREFIX: Final = "tandem"
LONGEST: Final = 200


class WrongApiKey(Unauthenticated):
    """One refusal for every reason, so that a guesser learns nothing."""

    def __init__(self) -> None:
        super().__init__("The API key is not valid.")


@dataclass(frozen=True, slots=True)
class Secret:
    """An API key as its owner holds it: `tandem_<key id>_<256 random bits>`."""

    key_id: str
    random: str

    @classmethod
    def make(cls, key_id: str) -> "Secret":
        return cls(key_id, secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> "Secret":
        """Raises `WrongApiKey`."""
        prefix, _, rest = text.partition("_")
        key_id, _, random = rest.partition("_")
        if prefix != PREFIX or not key_id or not random or len(text) > LONGEST:
            raise WrongApiKey
        return cls(key_id, random)

    def __str__(self) -> str:
        return f"{PREFIX}_{self.key_id}_{self.random}"

    def __repr__(self) -> str:
        return f"Secret({self.key_id})"

    @property
    def hash(self) -> str:
        """SHA-256 is enough for 256 random bits: there is nothing to guess."""
        return hashlib.sha256(str(self).encode()).hexdigest()

    def matches(self, hashed: str) -> bool:
        return secrets.compare_digest(self.hash, hashed)
