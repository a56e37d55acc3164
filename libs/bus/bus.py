"""The bus of one service: what it announces, what it listens to, and the state of both."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from libs.bus import measures
from libs.bus.attempts import Suspects
from libs.bus.broadcasting import Broadcasting
from libs.bus.broker import Broker, Flow, QueueState
from libs.bus.consuming import consumer_runner
from libs.bus.dead_letters import dead_letter_runner
from libs.bus.definitions import Broadcast, Consumer, Projection, Screen, unscreened
from libs.bus.parking import Parking
from libs.bus.projecting import projection_runner
from libs.bus.publishing import publish_all
from libs.bus.recovery import Recovery
from libs.bus.relay import Relay
from libs.bus.runner import Equipment, Runner
from libs.bus.settings import BusSettings
from libs.bus.sweeper import Sweeper
from libs.bus.topology import Queue, foundations, queue_name, tier_queue
from libs.bus.unrouted import Unrouted
from libs.domain.refusals import Unavailable
from libs.store.outbox import Pending
from libs.store.store import Store


class Bus:
    """One per process. `start` does not wait for the broker: commands are accepted while it is away."""

    def __init__(
        self,
        store: Store,
        broker: Broker,
        *,
        consumers: Sequence[Consumer] = (),
        projections: Sequence[Projection] = (),
        broadcasts: Sequence[Broadcast] = (),
        screen: Screen = unscreened,
        settings: BusSettings | None = None,
    ) -> None:
        self._store = store
        self._broker = broker
        self._settings = settings or BusSettings()
        self.parking = Parking(store, broker, screen)
        self.unrouted = Unrouted(broker, self._settings)
        recovery = Recovery(store.service, broker, self.parking, self._settings)
        suspects = Suspects(store, most_marks=self._settings.most_marks)
        self._equipment = equipment = Equipment(store, broker, self._settings, recovery, suspects, screen)
        self._projections = [each.name for each in projections]
        self._runners: list[Runner] = [
            *(consumer_runner(each, equipment) for each in consumers),
            *(projection_runner(each, equipment) for each in projections),
            dead_letter_runner(equipment),
        ]
        self._broadcasts = [Broadcasting(each, store.service, broker, self._settings) for each in broadcasts]
        self._listeners: list[Runner | Broadcasting] = [*self._runners, *self._broadcasts]
        self._relay: Relay | None = None
        self._sweeper: Sweeper | None = None

    @property
    def ready(self) -> bool:
        """Whether events flow in and out."""
        return self._broker.connected and all(each.active for each in self._listeners)

    @property
    def flow(self) -> Flow:
        """Whether events go out, and what they wait for if not. They wait in the database."""
        return self._broker.flow

    @property
    def queues(self) -> list[Queue]:
        """The durable queues of this service: its consumers', its retry tiers and its dead letters."""
        tiers = [tier_queue(self._store.service, seconds) for seconds in self._settings.tiers]
        return [*(each.queue for each in self._runners), *tiers]

    async def start(self) -> None:
        queues = (each.queue for each in self._runners)
        await self._broker.open(foundations(self._store.service, self._settings, queues))
        for state in Flow:
            measures.flow(state).set_function(partial(self._is, state))
        self._relay = Relay(self._store.outbox, self._broker, self._settings)
        self._sweeper = Sweeper(self._store, self._broker, self._relay, self._settings)
        for each in self._listeners:
            each.start()

    async def stop(self) -> None:
        """Stops consuming, finishes what is in hand, publishes what that made, closes. Bounded in time."""
        await asyncio.gather(*(each.stop() for each in self._listeners))
        if self._sweeper is not None and self._relay is not None:
            await self._sweeper.close()
            await self._relay.close()
        await self._broker.close()

    async def announce(self, events: Sequence[Pending]) -> None:
        """Publishes events that lie in no outbox; raises `Unavailable` unless the broker has confirmed them all."""
        if len(await publish_all(self._broker, events, self._settings)) < len(events):
            raise Unavailable("events do not go out now")

    def _is(self, state: Flow) -> bool:
        return self.flow is state

    async def states(self) -> Mapping[str, QueueState | None]:
        """What is in each queue of this service, its retry tiers and the dead letters included."""
        kept = [self._settings.unrouted] if self._settings.keeps_common else []
        return await self._broker.states([*(queue.name for queue in self.queues), *kept])

    async def pending(self, consumers: Iterable[str]) -> Mapping[str, int | None]:
        """Messages that wait for each consumer; None where it has no queue."""
        names = {queue_name(self._store.service, each): each for each in consumers}
        states = await self._broker.states(names)
        return {names[queue]: None if state is None else state.messages for queue, state in states.items()}

    @property
    def progress(self) -> Mapping[str, datetime | None]:
        """Of each projection the time of the newest event that this copy has taken in."""
        return {name: self._equipment.progress.get(name) for name in self._projections}
