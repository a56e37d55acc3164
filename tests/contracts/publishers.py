"""Every event there is, by its publisher."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

from libs.contracts import activity, identity, marketing, sales, service
from libs.contracts.event import Event
from libs.contracts.publishers import PUBLISHERS

MODULES: Final[Mapping[str, ModuleType]] = {
    "identity": identity,
    "sales": sales,
    "marketing": marketing,
    "service": service,
    "activity": activity,
}

EVENTS: Final = PUBLISHERS

BY_TYPE: Final[Mapping[str, type[Event[Any]]]] = {event.type: event for events in EVENTS.values() for event in events}
