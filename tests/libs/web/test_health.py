"""What a service says of its health."""

from __future__ import annotations

from libs.web.service import Service
from libs.web.settings import ServiceSettings
from tests.support.services import running
from tests.support.suite import SERVICES


async def test_a_service_that_nobody_hears_yet_is_ready_and_says_so(
    mongo_url: str, amqp_url: str, database_name: str
) -> None:
    async with running(
        Service("sales"), mongo_url=mongo_url, amqp_url=amqp_url, database=database_name, audience=("nobody",)
    ) as service:
        status, body = await service.get("/readyz")

    assert (status, body["status"]) == (200, "ready")
    assert body["checks"] == {
        "mongodb": "ok",
        "rabbitmq": "not every service has its queues yet; events wait in the database",
        "identity": "ok",
        "permissions": "ok",
    }


def test_events_wait_for_every_service_that_has_queues() -> None:
    assert ServiceSettings.model_fields["audience"].default == {service.name for service in SERVICES}
