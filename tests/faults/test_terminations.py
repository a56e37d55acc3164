"""Processes are told to stop, as in every deployment, while people work."""

import time

from deploy.services import PORTS
from tests.faults.invariants import had_effect
from tests.faults.ledger import Outcome
from tests.faults.load import PER_SECOND, load
from tests.faults.scene import Scene
from tests.support.calling import READABLE
from tests.support.machine import allowing

GONE_WITHIN = 15.0
BUSY = 150.0
"""Requests a second, so that some are being answered at the moment of the signal."""


async def test_services_that_are_told_to_stop_answer_what_they_have_accepted(scene: Scene) -> None:
    """One after the other, so that it is known afterwards for all of them at once."""
    ledger, took = scene.ledger(), {}
    async with load(ledger) as work:
        for service in PORTS:
            work.per_second = BUSY
            await work.goes_on(60)
            started = time.monotonic()
            await scene.suite.stop(service)
            took[service] = time.monotonic() - started
            work.per_second = PER_SECOND
            await scene.suite.resume(service)
            await scene.suite.wait_until_ready(service)
            await scene.served(*READABLE)
    evidence = await scene.databases.look()
    unanswered = [entry for entry in ledger.entries if entry.outcome is not Outcome.OK]
    done = [str(entry) for entry in unanswered if had_effect(entry, evidence, scene.user_id)]

    assert {service: seconds for service, seconds in took.items() if seconds >= allowing(GONE_WITHIN)} == {}
    assert done == [], "carried out, but not answered"
    await scene.holds(ledger)
