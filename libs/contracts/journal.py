"""What the journal announces: webhooks, and what becomes of them, never a secret; and privacy requests."""

from enum import StrEnum
from typing import Any, Final

from libs.contracts.event import Event, Snapshot
from libs.contracts.privacy import Person, PrivacyKind, PrivacyStep


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


class PrivacyState(StrEnum):
    OPEN = "open"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class PrivacyRequestSnapshot(Snapshot):
    """`person` is who it is about, as far as they are known; empty but for their records once they are erased."""

    kind: PrivacyKind
    state: PrivacyState
    step: PrivacyStep
    round: int
    person: Person


class PrivacyRequestCreated(Event[PrivacyRequestSnapshot], type="journal.privacy_request.created"):
    pass


class PrivacyRequestUpdated(Event[PrivacyRequestSnapshot], type="journal.privacy_request.updated"):
    pass


class PrivacyRequestAssigned(Event[PrivacyRequestSnapshot], type="journal.privacy_request.assigned"):
    pass


class PrivacyRequestStarted(Event[PrivacyRequestSnapshot], type="journal.privacy_request.started"):
    """Somebody has looked at what was found, and wants it done."""


class PrivacyRequestAnnounced(Event[PrivacyRequestSnapshot], type="journal.privacy_request.announced"):
    """Every service is to do its part of `step`, and to answer with the `round`."""


class PrivacyRequestCompleted(Event[PrivacyRequestSnapshot], type="journal.privacy_request.completed"):
    """Every service has done its part."""


class PrivacyRequestFailed(Event[PrivacyRequestSnapshot], type="journal.privacy_request.failed"):
    """A service could not do its part."""


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
    PrivacyRequestCreated,
    PrivacyRequestUpdated,
    PrivacyRequestAssigned,
    PrivacyRequestStarted,
    PrivacyRequestAnnounced,
    PrivacyRequestCompleted,
    PrivacyRequestFailed,
)
