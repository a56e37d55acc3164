"""A broker that takes its time."""

from __future__ import annotations

import asyncio

from libs.bus.memory import MemoryBroker
from libs.bus.message import Message


class HeldBroker(MemoryBroker):
    """Confirms nothing until `release`."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []
        self._holding = True
        self._held: list[asyncio.Future[None]] = []

    def send(self, message: Message, *, exchange: str, key: str) -> asyncio.Future[None]:
        self.sent.append(message.id)
        confirmation = super().send(message, exchange=exchange, key=key)
        if not self._holding:
            return confirmation
        held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._held.append(held)
        return held

    def release(self) -> None:
        self._holding = False
        for held in self._held:
            held.set_result(None)
