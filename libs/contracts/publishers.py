"""Every event there is, by the service that announces it."""

from collections.abc import Mapping
from typing import Any, Final

from libs.contracts import activity, identity, marketing, sales, service
from libs.contracts.event import Event

PUBLISHERS: Final[Mapping[str, tuple[type[Event[Any]], ...]]] = {
    "identity": identity.EVENTS,
    "sales": sales.EVENTS,
    "marketing": marketing.EVENTS,
    "service": service.EVENTS,
    "activity": activity.EVENTS,
}
