"""State machines as tables."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from libs.domain.refusals import MoveRefused

State = TypeVar("State", bound=StrEnum)


class Moves(Generic[State]):
    """Which action leads from which state to which: `{OPEN: {"qualify": QUALIFIED}, …}`."""

    def __init__(self, table: Mapping[State, Mapping[str, State]]) -> None:
        self._table = table

    def open_actions(self, state: State) -> list[str]:
        return list(self._table.get(state, {}))

    def after(self, action: str, *, state: State) -> State:
        """The state that an action leads to; raises `MoveRefused` naming the actions that are open."""
        try:
            return self._table[state][action]
        except KeyError:
            raise MoveRefused(action, state=state.value, open_actions=self.open_actions(state)) from None

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(action for moves in self._table.values() for action in moves)
