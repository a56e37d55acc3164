"""The services of Tandem, with their usual ports on one machine."""

from collections.abc import Mapping

PORTS: Mapping[str, int] = {
    "gateway": 8080,
    "identity": 8101,
    "sales": 8102,
    "marketing": 8103,
    "service": 8104,
    "activity": 8105,
    "reporting": 8106,
    "journal": 8107,
}
