"""The work areas and what stands in each: the one declared table."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from libs.domain.grants import Operation


@dataclass(frozen=True, slots=True)
class Group:
    """One business process within a work area."""

    name: str
    collections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkArea:
    """What one kind of user works in: shown to whoever may do `shown_to` there."""

    name: str
    groups: tuple[Group, ...]
    shown_to: Operation = Operation.READ


MY_WORK = Group("My Work", ("dashboards", "activities", "notes"))
CUSTOMERS = Group("Customers", ("accounts", "contacts", "relationships"))
GOALS = Group("Goals", ("goals",))
TOOLS = Group("Tools", ("reports", "schedules"))

# In the order in which they are shown; the first is the one selected by default.
WORK_AREAS = (
    WorkArea(
        "Sales",
        (
            MY_WORK,
            CUSTOMERS,
            Group("Sales", ("leads", "opportunities", "competitors", "funnel")),
            Group("Collateral", ("quotes", "orders", "invoices", "credit_notes", "products", "price_lists")),
            Group("Marketing", ("marketing_lists", "quick_campaigns")),
            GOALS,
            TOOLS,
        ),
    ),
    WorkArea(
        "Service",
        (
            MY_WORK,
            CUSTOMERS,
            Group("Service", ("cases", "queues", "articles", "contracts", "slas")),
            Group("Scheduling", ("calendar", "bookings", "services", "resources", "resource_groups")),
            Group("Collateral", ("products",)),
            TOOLS,
        ),
    ),
    WorkArea(
        "Marketing",
        (
            MY_WORK,
            Group("Customers", ("leads", "accounts", "contacts", "relationships")),
            Group(
                "Marketing",
                ("marketing_lists", "campaigns", "quick_campaigns", "journeys", "forms", "email_templates"),
            ),
            Group("Collateral", ("products",)),
            TOOLS,
        ),
    ),
    WorkArea(
        "Settings",
        (
            Group("Business", ("company_profiles", "pipelines", "business_hours", "activity_types", "custom_fields")),
            Group("Prices", ("tax_codes", "currencies")),
            Group("Leads", ("scoring_rules", "assignment_rules")),
            Group("Users and Access", ("users", "teams", "roles", "api_keys", "sessions")),
            Group("Data", ("duplicate_rules", "imports", "jobs", "parked", "privacy_requests")),
            Group("Integration", ("webhooks", "events")),
        ),
        shown_to=Operation.WRITE,
    ),
)

# Where the title of a collection is not its name with spaces.
TITLES = {
    "api_keys": "API Keys",
    "articles": "Knowledge Base",
    "calendar": "Service Calendar",
    "cases": "Cases (Incidents)",
    "funnel": "Sales Funnel",
    "parked": "Parked Messages",
    "sessions": "Sign-ins",
    "schedules": "Scheduled Reports",
    "slas": "Service Level Agreements",
}


def visible(built: Collection[str], may: Callable[[str, Operation], bool]) -> list[WorkArea]:
    """The areas with what is built and open to the caller; without groups and areas that are then empty."""
    areas = (
        WorkArea(area.name, tuple(_kept(area.groups, {name for name in built if may(name, area.shown_to)})))
        for area in WORK_AREAS
    )
    return [area for area in areas if area.groups]


def title(collection: str) -> str:
    """What a person reads for a collection's name."""
    return TITLES.get(collection) or collection.replace("_", " ").title()


def _kept(groups: Iterable[Group], shown: set[str]) -> Iterable[Group]:
    for group in groups:
        collections = tuple(collection for collection in group.collections if collection in shown)
        if collections:
            yield Group(group.name, collections)
