"""Which service answers which path: the one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from yarl import URL

from libs.domain.refusals import InvalidFields, NotFound

BASE = "/api/v1/"


class Service(StrEnum):
    """A service behind the gateway, by its folder's name."""

    IDENTITY = "identity"
    SALES = "sales"
    MARKETING = "marketing"
    SERVICE = "service"
    ACTIVITY = "activity"
    REPORTING = "reporting"
    JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Owned:
    """The collections of one service: `built` ones appear in work areas, `reserved` ones are only routed."""

    built: frozenset[str]
    reserved: frozenset[str] = frozenset()


def _names(*lines: str) -> frozenset[str]:
    return frozenset(name for line in lines for name in line.split())


TABLE: Mapping[Service, Owned] = {
    Service.IDENTITY: Owned(
        built=_names("users teams roles api_keys sessions custom_fields duplicate_rules"),
        reserved=_names("auth me invitations"),
    ),
    Service.SALES: Owned(
        built=_names(
            "leads opportunities accounts contacts relationships quotes orders invoices credit_notes",
            "competitors products price_lists tax_codes currencies company_profiles pipelines goals",
            "scoring_rules assignment_rules",
        ),
        reserved=_names("price quote_links conversion_refusals"),
    ),
    Service.MARKETING: Owned(
        built=_names("campaigns marketing_lists email_templates"),
        reserved=_names("campaign_activities quick_campaigns journeys forms"),
    ),
    Service.SERVICE: Owned(
        built=_names("cases"),
        reserved=_names(
            "queues articles contracts slas business_hours calendar availability",
            "resources resource_groups services bookings",
        ),
    ),
    Service.ACTIVITY: Owned(
        built=_names("activities notes activity_types"),
        reserved=_names(
            "timeline my_work calendars calendar_feeds",
            "notifications notification_settings email_traffic",
        ),
    ),
    Service.REPORTING: Owned(
        built=_names("funnel"),
        reserved=_names("reports dashboards projections schedules"),
    ),
    Service.JOURNAL: Owned(
        built=_names("events webhooks privacy_requests"),
        reserved=_names("audit search unrouted"),
    ),
}

# Every service has these; an id names its service (`sales-0192…`), a list is asked for with `?service=`, or with
# `?collection=` one of its own.
SHARED = frozenset(
    {"jobs", "imports", "import_mappings", "parked", "saved_views", "timers", "privacy_parts", "privacy_tasks"}
)

# What the journal answers about a record of any collection: `/leads/0192…/history`, `/leads/0192…?as_of=`.
HISTORY = "history"
AS_OF = "as_of"

# Answers that do not end: they hold a place of their own kind, not one of an ordinary request.
ENDLESS = frozenset({"/api/v1/events/stream"})

OWNERS: Mapping[str, Service] = {
    collection: service for service, owned in TABLE.items() for collection in owned.built | owned.reserved
}
BUILT = frozenset(collection for owned in TABLE.values() for collection in owned.built)
_BY_NAME: Mapping[str, Service] = {service.value: service for service in Service}


class UnknownPath(NotFound):
    """No service answers here."""

    code = "unknown_path"

    def __init__(self) -> None:
        super().__init__("no service answers this path")


def collection_of(raw_path: str) -> str:
    """The collection that a path under `/api/v1/` begins with, `leads` for `/api/v1/leads(…)/$count` too.

    Raises UnknownPath, also for paths with dot segments, which a server behind could read as another path.
    """
    if not raw_path.startswith(BASE) or _has_dot_segment(raw_path):
        raise UnknownPath
    return raw_path[len(BASE) :].partition("/")[0].partition("(")[0]


def owner(url: URL) -> Service:
    """The service that answers this path. Raises UnknownPath, or InvalidFields for a list of no service."""
    raw_path = url.raw_path
    collection = collection_of(raw_path)
    service = OWNERS.get(collection)
    if service is not None:
        return Service.JOURNAL if _is_about_the_past(url) else service
    if collection not in SHARED:
        raise UnknownPath
    record_id = raw_path[len(BASE) + len(collection) :].strip("/").partition("/")[0]
    return _named_in_id(record_id) if record_id else _named_in_query(url.query)


def _is_about_the_past(url: URL) -> bool:
    match url.raw_path[len(BASE) :].split("/"):
        case [_, _]:
            return AS_OF in url.query
        case [_, _, last]:
            return last == HISTORY
        case _:
            return False


def _named_in_id(record_id: str) -> Service:
    service = _BY_NAME.get(record_id.partition("-")[0])
    if service is None:
        raise UnknownPath
    return service


def _named_in_query(query: Mapping[str, str]) -> Service:
    service = _BY_NAME.get(query.get("service", "")) or OWNERS.get(query.get("collection", ""))
    if service is None:
        raise InvalidFields.at("service", "required", f"name one of {', '.join(Service)}, or a collection of it")
    return service


def _has_dot_segment(raw_path: str) -> bool:
    if "." not in raw_path and "%2" not in raw_path:
        return False
    plain = raw_path.lower().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/").replace("\\", "/")
    return any(segment in {".", ".."} for segment in plain.split("/"))
