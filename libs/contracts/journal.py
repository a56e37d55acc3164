"""What the journal announces: webhooks, and what becomes of them. Never a secret."""

from typing import Any, Final

from libs.contracts.event import Event, Snapshot


class WebhookSnapshot(Snapshot):
    name: str
    state: str
    status_reason: str | None = None
    types: tuple[str, ...]


class WebhookCreated(Event[WebhookSnapshot], type="journal.webhook.created"):
    pass


class WebhookUpdated(Event[WebhookSnapshot], type="journal.webhook.updated"):
    pass


class WebhookDeleted(Event[WebhookSnapshot], type="journal.webhook.deleted"):
    pass


class WebhookRestored(Event[WebhookSnapshot], type="journal.webhook.restored"):
    pass


class WebhookAssigned(Event[WebhookSnapshot], type="journal.webhook.assigned"):
    pass


class WebhookActivated(Event[WebhookSnapshot], type="journal.webhook.activated"):
    pass


class WebhookDeactivated(Event[WebhookSnapshot], type="journal.webhook.deactivated"):
    """Somebody has switched it off."""


class WebhookDisabled(Event[WebhookSnapshot], type="journal.webhook.disabled"):
    """Switched off by itself: its receiver failed for a day (`failing`) or wants no more (`gone`), or its owner may
    have no webhooks any more (`owner_not_allowed`).
    """

    reason: str
    error: str | None = None


class WebhookSecretRotated(Event[WebhookSnapshot], type="journal.webhook.secret_rotated"):
    """Signs with a new secret; for a day with the one before as well."""


class WebhookPinged(Event[WebhookSnapshot], type="journal.webhook.pinged"):
    """Sent to this webhook alone, so that its receiver can be tried."""


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    WebhookCreated,
    WebhookUpdated,
    WebhookDeleted,
    WebhookRestored,
    WebhookAssigned,
    WebhookActivated,
    WebhookDeactivated,
    WebhookDisabled,
    WebhookSecretRotated,
    WebhookPinged,
)
