"""The roles that every installation has."""

from collections.abc import Mapping
from typing import Final

from libs.contracts.identity import Role

DESCRIPTIONS: Final[Mapping[Role, str]] = {
    Role.ADMINISTRATOR: "Does everything, and lets others in.",
    Role.SALES_MANAGER: "Runs sales: all leads, opportunities and customers, and who works on them.",
    Role.SALESPERSON: "Works on leads, opportunities and customers.",
    Role.MARKETER: "Runs campaigns and marketing lists.",
    Role.SERVICE_REPRESENTATIVE: "Works on cases.",
    Role.READ_ONLY: "Sees, and changes nothing.",
}
