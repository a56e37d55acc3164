"""Every event there is, by its publisher."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

from libs.contracts import activity, identity, marketing, sales, service
from libs.contracts.event import Event

MODULES: Final[Mapping[str, ModuleType]] = {
    "identity": identity,
    "sales": sales,
    "marketing": marketing,
    "service": service,
    "activity": activity,
}

EVENTS: Final[Mapping[str, tuple[type[Event[Any]], ...]]] = {name: module.EVENTS for name, module in MODULES.items()}

BY_TYPE: Final[Mapping[str, type[Event[Any]]]] = {event.type: event for events in EVENTS.values() for event in events}
