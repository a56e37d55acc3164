"""How many requests are in hand at once; more are refused at once instead of made to wait."""

from libs.domain.refusals import Unavailable


class Overloaded(Unavailable):
    """Everything this copy may hold is in use."""

    code = "overloaded"


class Room:
    """A number of places, each held for the length of a `with` block. Entering raises Overloaded if none is free."""

    __slots__ = ("_meaning", "_most", "taken")

    def __init__(self, meaning: str, most: int) -> None:
        self._meaning = meaning
        self._most = most
        self.taken = 0

    def __enter__(self) -> None:
        if self.taken >= self._most:
            raise Overloaded(f"too many {self._meaning} at the moment", retry_after=1)
        self.taken += 1

    def __exit__(self, *_: object) -> None:
        self.taken -= 1
