"""What an overview of a customer is made of: each part is one question to the service that owns the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from services.gateway.ownership import BASE, BUILT, OWNERS, Service

RECORD: Final = "record"

_FEW: Final = {"$top": "10", "$count": "true"}
_SUMS: Final = "groupby((currency),aggregate(estimated_value with sum as value,$count as count))"


@dataclass(frozen=True, slots=True)
class Part:
    """`collection` of the service asked, `path` beneath it, and the options; `{id}` stands for the customer's."""

    name: str
    collection: str
    options: Mapping[str, str]
    path: str = ""

    @property
    def service(self) -> Service:
        return OWNERS[self.collection]

    def url(self, customer_id: str) -> str:
        """Path and query as they are sent."""
        path = self.path.replace("{id}", quote(customer_id, safe=""))
        literal = customer_id.replace("'", "''")
        options = {name: text.replace("{id}", literal) for name, text in self.options.items()}
        return f"{BASE}{self.collection}{path}" + (f"?{urlencode(options, quote_via=quote)}" if options else "")


def _of_customer(name: str, collection: str, condition: str = "") -> Part:
    return Part(
        name, collection, {"$filter": f"customer/id eq '{{id}}'{condition}", "$orderby": "created_at desc", **_FEW}
    )


_COMMON: Final = (
    Part(
        "relationships",
        "relationships",
        {"$filter": "party/id eq '{id}' or other/id eq '{id}'", "$orderby": "created_at desc", **_FEW},
    ),
    _of_customer("opportunities", "opportunities", " and state eq 'open'"),
    Part(
        "opportunity_value",
        "opportunities",
        {"$apply": f"filter(customer/id eq '{{id}}' and state eq 'open')/{_SUMS}"},
    ),
    _of_customer("quotes", "quotes"),
    _of_customer("orders", "orders"),
    _of_customer("invoices", "invoices"),
    _of_customer("cases", "cases", " and state eq 'active'"),
    _of_customer("campaign_responses", "activities", " and type eq 'campaign_response'"),
)


def _timeline(collection: str) -> Part:
    return Part("timeline", "timeline", {"$top": "20"}, f"/{collection}/{{id}}")


def _parts(collection: str, *own: Part) -> tuple[Part, ...]:
    """The parts whose collections there are."""
    parts = (Part(RECORD, collection, {}, "/{id}"), *own, *_COMMON, _timeline(collection))
    return tuple(part for part in parts if part.path or part.collection in BUILT)


PARTS: Final[Mapping[str, tuple[Part, ...]]] = {
    "accounts": _parts(
        "accounts",
        Part("contacts", "contacts", {"$filter": "account_id eq '{id}'", "$orderby": "full_name", **_FEW}),
    ),
    "contacts": _parts("contacts"),
}
"""The parts of an overview, by the collection of the customer."""
