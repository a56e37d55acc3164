"""State machines as tables."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar

from libs.domain.refusals import MoveRefused

State = TypeVar("State", bound=StrEnum)


class Moves(Generic[State]):
    """Which action leads from which state to which: `{OPEN: {"qualify": QUALIFIED}, …}`.

    Where the moves depend on more than the state of a record, `states` has the state for what is none itself.
    """

    def __init__(
        self, table: Mapping[State, Mapping[str, State]], states: Mapping[State, StrEnum] = MappingProxyType({})
    ) -> None:
        self._table = table
        self._states = states

    def open_actions(self, state: State) -> list[str]:
        return list(self._table.get(state, {}))

    def after(self, action: str, *, state: State) -> State:
        """The state that an action leads to; raises `MoveRefused` naming the record's and the actions that are open."""
        try:
            return self._table[state][action]
        except KeyError:
            of_record = self._states.get(state, state)
            raise MoveRefused(action, state=of_record.value, open_actions=self.open_actions(state)) from None

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(action for moves in self._table.values() for action in moves)
