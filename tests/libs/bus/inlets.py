"""A subscriber that remembers."""

from __future__ import annotations

from libs.bus.message import Delivery
from tests.libs.bus.conditions import eventually


class Received:
    """Keeps what comes, in order."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self._expected = 0
        self.connects = 0

    def connected(self) -> None:
        self.connects += 1

    def receive(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)

    @property
    def ids(self) -> list[str]:
        return [delivery.message.id for delivery in self.deliveries]

    async def one_more(self) -> None:
        """Waits for a delivery beyond those waited for before."""
        self._expected += 1
        await eventually(lambda: len(self.deliveries) >= self._expected)
