"""Every event there is, by its publisher."""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from libs.contracts import activity, identity, journal, marketing, sales, service
from libs.contracts.publishers import BY_TYPE, PUBLISHERS

MODULES: Final[Mapping[str, ModuleType]] = {
    "identity": identity,
    "sales": sales,
    "marketing": marketing,
    "service": service,
    "activity": activity,
    "journal": journal,
}

EVENTS: Final = PUBLISHERS

__all__ = ["BY_TYPE", "EVENTS", "MODULES"]
