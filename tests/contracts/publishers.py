"""Every event there is, by its publisher."""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from libs.contracts import activity, identity, marketing, sales, service
from libs.contracts.publishers import BY_TYPE, PUBLISHERS

MODULES: Final[Mapping[str, ModuleType]] = {
    "identity": identity,
    "sales": sales,
    "marketing": marketing,
    "service": service,
    "activity": activity,
}

EVENTS: Final = PUBLISHERS

__all__ = ["BY_TYPE", "EVENTS", "MODULES"]
