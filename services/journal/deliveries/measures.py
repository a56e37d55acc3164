"""What operators see of webhooks."""

from libs.telemetry.metrics import counter
from services.journal.deliveries.model import DeliveryState
from services.journal.webhooks.model import Ended


def attempted(state: DeliveryState) -> None:
    counter("webhook_attempts", "Requests to receivers, by what became of the delivery.", ("state",)).labels(
        state
    ).inc()


def disabled(reason: Ended) -> None:
    counter("webhooks_disabled", "Webhooks that were switched off by themselves.", ("reason",)).labels(reason).inc()
