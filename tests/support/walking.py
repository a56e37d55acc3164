"""State machines walked over HTTP as their tables say: every move that is open works, every other one is refused."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from libs.domain.moves import Moves
from tests.support.services import Running

Made = Callable[[Running], Awaitable[str]]
Body = Callable[[Running, str], Awaitable[Any]]
"""What an action is sent, by what the record of this id is."""


def by_state(record: Mapping[str, Any]) -> str:
    return str(record["state"])


@dataclass(frozen=True, slots=True)
class Machine:
    """A collection whose records are moved by a table. `make` answers the id of a new one, which stands at `begins`;
    `bodies` are what actions are sent, `standing` tells from a record where in the table it stands. `ways` lead to
    states where the fewest actions leave a record with which an open action can do nothing.
    """

    collection: str
    moves: Moves[Any]
    begins: StrEnum
    make: Made
    bodies: Mapping[str, Any | Body] = field(default_factory=dict)
    ways: Mapping[StrEnum, list[str]] = field(default_factory=dict)
    standing: Callable[[Mapping[str, Any]], str] = by_state

    def paths(self) -> dict[StrEnum, list[str]]:
        """For each state that can be reached, the actions that lead there: the fewest, or its way."""
        known: dict[StrEnum, list[str]] = {self.begins: []}
        waiting = deque([self.begins])
        while waiting:
            state = waiting.popleft()
            for action in self.moves.open_actions(state):
                after = self.moves.after(action, state=state)
                if after not in known:
                    known[after] = [*known[state], action]
                    waiting.append(after)
        return {**known, **self.ways}


async def walk(service: Running, machine: Machine) -> list[str]:
    """Tries every action in every state, each on a record of its own; the answers that are not what the table says."""
    wrong: list[str] = []
    for state, path in machine.paths().items():
        for action in sorted(machine.moves.actions):
            id_ = await machine.make(service)
            for step in path:
                status, answer = await _act(service, machine, id_, step)
                assert status == 200, f"{step} on the way to {state}: {status} {answer}"
            status, answer = await _act(service, machine, id_, action)
            _, record = await service.get(f"/api/v1/{machine.collection}/{id_}")
            standing = machine.standing(record)
            open_actions = machine.moves.open_actions(state)
            if action in open_actions:
                right = status == 200 and standing == machine.moves.after(action, state=state)
            else:
                named = (answer.get("code"), answer.get("state"), answer.get("open_actions"))
                right = status == 409 and named == ("move_not_allowed", record["state"], open_actions)
                right = right and standing == state
            if not right:
                wrong.append(f"{machine.collection} {state} {action}: {status} {answer}, now {standing}")
    return wrong


async def _act(service: Running, machine: Machine, id_: str, action: str) -> tuple[int, Any]:
    body = machine.bodies.get(action)
    sent = await body(service, id_) if callable(body) else body
    return await service.post(f"/api/v1/{machine.collection}/{id_}/{action}", sent)
