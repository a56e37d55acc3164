"""The life of a plain record: active or inactive."""

from enum import StrEnum
from typing import Final, TypeVar

from libs.domain.moves import Moves
from libs.domain.record import Record

R = TypeVar("R", bound=Record)


class Lifecycle(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


MOVES: Final = Moves(
    {
        Lifecycle.ACTIVE: {"deactivate": Lifecycle.INACTIVE},
        Lifecycle.INACTIVE: {"activate": Lifecycle.ACTIVE},
    }
)


def deactivate(record: R) -> R:
    return record.evolve(state=MOVES.after("deactivate", state=Lifecycle(record.state)))


def activate(record: R) -> R:
    return record.evolve(state=MOVES.after("activate", state=Lifecycle(record.state)))
