"""What operators see."""

from __future__ import annotations

from libs.bus.definitions import consumer
from libs.bus.measures import handled, handling_seconds, parked, retried
from libs.bus.parking import Reason
from libs.store.work import UnitOfWork
from libs.telemetry.metrics import exposition
from tests.libs.bus.conditions import eventually
from tests.libs.bus.conftest import Announce, Start
from tests.libs.bus.events import LeadQualified, qualified


def value_of(series: str) -> float:
    """The value of one series as `/metrics` tells it; 0 if it is not there."""
    lines = exposition()[0].decode().splitlines()
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{series} ")), 0.0)


HANDLED = 'bus_handled_total{consumer="second",type="sales.lead.qualified"}'
RETRIED = 'bus_retried_total{consumer="second"}'
PARKED = 'bus_parked_total{consumer="second",reason="exhausted"}'
TIMED = 'bus_handling_seconds_count{consumer="second"}'


async def test_events_are_counted_as_handled_retried_and_parked(start: Start, announce: Announce) -> None:
    @consumer("second", LeadQualified)
    async def handle(work: UnitOfWork, event: LeadQualified) -> None:
        if event.record.topic == "Broken":
            raise ValueError(event.record.topic)

    before = [value_of(series) for series in (HANDLED, RETRIED, PARKED, TIMED)]
    await start(handle, tries=1, tiers=(0.05,))
    await announce(qualified("Whole"), qualified("Broken"))

    def counted() -> bool:
        after = [value_of(series) for series in (HANDLED, RETRIED, PARKED, TIMED)]
        return after == [count + 1 for count in before]

    await eventually(counted)


def test_a_series_is_looked_up_once() -> None:
    assert handled("second", LeadQualified.type) is handled("second", LeadQualified.type)
    assert retried("second") is retried("second")
    assert parked("second", Reason.INVALID) is parked("second", Reason.INVALID)
    assert handling_seconds("second") is handling_seconds("second")
