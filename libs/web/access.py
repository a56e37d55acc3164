"""What the roles that every installation has allow at first; administrators change them, and add others."""

from collections.abc import Mapping
from typing import Final

from libs.domain.grants import Grants, Operation, may
from libs.domain.refusals import Forbidden
from libs.domain.roles import ADMINISTRATOR

__all__ = ["ADMINISTRATOR", "ROLES", "Operation", "require"]

_SALES: Final = frozenset(
    {"leads", "opportunities", "accounts", "contacts", "relationships", "competitors", "quotes", "orders"}
)
_BILLING: Final = frozenset({"invoices", "credit_notes"})
_CATALOGUE: Final = frozenset({"products", "price_lists"})
_PLANNING: Final = frozenset({"pipelines", "goals"})
_RATES: Final = frozenset({"tax_codes", "currencies"})
_LEAD_RULES: Final = frozenset({"scoring_rules", "assignment_rules"})
_MARKETING: Final = frozenset({"campaigns", "marketing_lists"})
_SERVICE: Final = frozenset({"cases"})
_ACTIVITIES: Final = frozenset({"activities", "notes"})
_TEMPLATES: Final = frozenset({"email_templates"})
_COLLEAGUES: Final = frozenset({"users", "teams"})
"""The collections of those to whom records are given, and with whom they are shared."""

_READ_BY_ALL: Final = (
    _SALES
    | _BILLING
    | _CATALOGUE
    | _PLANNING
    | _RATES
    | _LEAD_RULES
    | _MARKETING
    | _SERVICE
    | _ACTIVITIES
    | _TEMPLATES
    | _COLLEAGUES
    | {"timeline", "activity_types", "funnel", "jobs", "custom_fields", "duplicate_rules", "search", "company_profiles"}
)

_EVERYTHING: Final = frozenset(Operation)
_DAILY_WORK: Final = frozenset({Operation.CREATE, Operation.READ, Operation.WRITE})
_READ: Final = frozenset({Operation.READ})
_IMPORTS: Final = {"imports": frozenset({Operation.CREATE, Operation.READ})}
"""Of what a file makes records is asked as well."""

ROLES: Final[Mapping[str, Mapping[str, frozenset[Operation]]]] = {
    "sales_manager": {
        **dict.fromkeys(_READ_BY_ALL, _READ),
        **dict.fromkeys(_SALES | _BILLING | _CATALOGUE | _PLANNING | _ACTIVITIES | _TEMPLATES, _EVERYTHING),
        **_IMPORTS,
    },
    "salesperson": {
        **dict.fromkeys(_READ_BY_ALL, _READ),
        **dict.fromkeys(_SALES | _ACTIVITIES, _DAILY_WORK),
        "invoices": _DAILY_WORK,
        **_IMPORTS,
    },
    "marketer": {
        **dict.fromkeys(_READ_BY_ALL, _READ),
        **dict.fromkeys(_MARKETING | _ACTIVITIES | _TEMPLATES, _EVERYTHING),
        "leads": _DAILY_WORK,
        **_IMPORTS,
    },
    "service_representative": {
        **dict.fromkeys(_READ_BY_ALL, _READ),
        **dict.fromkeys(_SERVICE | _ACTIVITIES, _DAILY_WORK | {Operation.ASSIGN}),
        **_IMPORTS,
    },
    "read_only": dict.fromkeys(_READ_BY_ALL, _READ),
}
"""Role → collection → what it allows, on everybody's records. An administrator may do everything, everywhere."""


def require(grants: Grants, collection: str, operation: Operation) -> None:
    """Raises `Forbidden` unless the caller may do this to records of the collection."""
    if not may(grants, collection, operation):
        raise Forbidden(f"your roles do not allow to {operation} {collection}", collection=collection)
