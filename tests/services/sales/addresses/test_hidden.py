"""Whoever may not see the address of a customer does not see it on documents either."""

from collections.abc import Iterator

import pytest

from libs.domain.copied import COPIES
from libs.domain.record import Record, specs_of
from services.sales.addresses.model import ADDRESSES, Located
from services.sales.app import SALES
from services.sales.leads.model import Lead
from services.sales.opportunities.model import Prospect
from tests.services.sales.test_routes import made
from tests.support.services import Running

RECORDS: dict[str, type[Record]] = {resource.collection: resource.record for resource in SALES.resources}
WORK = {"description": "Work", "quantity": 1, "unit_price": 50}
CLERK = ("clerk",)


def taken_over() -> Iterator[tuple[str, str]]:
    """Fields of documents that say who their customer is, or where."""
    for collection, record_type in RECORDS.items():
        if not issubclass(record_type, Located | Lead):
            names = specs_of(record_type).keys() & {*ADDRESSES, "prospect"} - {"address"}
            yield from ((collection, name) for name in names)


def test_all_that_documents_take_over_is_kept_back_with_where_it_comes_from() -> None:
    copies = {(collection, name): sources for collection, fields in COPIES.items() for name, sources in fields.items()}

    assert copies.keys() == set(taken_over())
    assert not [
        source for sources in copies.values() for source in sources if source[1] not in specs_of(RECORDS[source[0]])
    ]
    assert copies["opportunities", "prospect"] == {("leads", name) for name in Prospect.model_fields}


@pytest.fixture
async def _clerks(sales: Running) -> None:
    """Work on quotes of customers whose address they may not see."""
    told = {
        "id": "clerk",
        "permissions": {
            "accounts": {"read": "all"},
            "quotes": {"create": "own", "read": "all", "write": "all"},
            "company_profiles": {"read": "all"},
        },
        "fields": {"accounts": {"address": "hidden"}},
    }
    await sales.know("roles", told)


@pytest.mark.usefixtures("_clerks")
async def test_an_address_that_is_hidden_is_taken_over_and_not_shown(sales: Running) -> None:
    await made(sales, "company_profiles", {"name": "Dawn Interiors"})
    account = await made(sales, "accounts", {"name": "Azul", "address": {"city": "Porto"}})
    customer = {"collection": "accounts", "id": account["id"]}
    quote = await made(sales, "quotes", {"name": "Work", "customer": customer, "lines": [WORK]})
    path = f"/api/v1/quotes/{quote['id']}"

    status, activated = await sales.post(f"{path}/activate", roles=CLERK)

    assert (status, activated["state"], "billing_address" in activated) == (200, "active", False)
    _, page = await sales.get("/api/v1/quotes", roles=CLERK)
    assert not [each for each in page["value"] if each.keys() & {"billing_address", "shipping_address"}]
    assert (await sales.get(f"{path}/pdf", roles=CLERK))[0] == 403
    assert (await sales.post(f"{path}/link", {}, roles=CLERK))[0] == 403
    _, whole = await sales.get(path)
    assert [whole[name]["city"] for name in ("billing_address", "shipping_address")] == ["Porto", "Porto"]
