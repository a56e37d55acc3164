"""Addresses by what they are for: which of them a document takes, and how they come in and go out."""

import csv
from typing import Any

import pytest

from libs.contracts.values import Address
from services.sales.accounts.model import Account
from services.sales.addresses.model import ADDRESSES, billed_at, supplied_at
from tests.libs.web.imports.hotel import Hotel, counted, csv_file
from tests.services.sales.test_routes import made
from tests.support.services import Running

LISBOA, PORTO, BRAGA, EVORA = ({"city": city} for city in ("Lisboa", "Porto", "Braga", "Évora"))
WORK = {"description": "Work", "quantity": 1, "unit_price": 50}


@pytest.mark.parametrize(
    ("known", "billed", "supplied"),
    [
        ({}, None, None),
        ({"address": LISBOA}, "Lisboa", "Lisboa"),
        ({"address": LISBOA, "billing_address": PORTO, "visiting_address": BRAGA}, "Porto", "Braga"),
        ({"address": LISBOA, "visiting_address": BRAGA, "shipping_address": EVORA}, "Lisboa", "Évora"),
    ],
)
def test_the_address_stands_for_those_that_are_missing(known: Any, billed: str | None, supplied: str | None) -> None:
    account = Account(id="account-1", name="Azul", **known)

    def city(address: Address | None) -> str | None:
        return None if address is None else address.city

    assert (city(billed_at(account)), city(supplied_at(account))) == (billed, supplied)


async def customer(sales: Running, **fields: Any) -> dict[str, Any]:
    account = await made(sales, "accounts", {"name": "Azul", **fields})
    return {"collection": "accounts", "id": account["id"]}


def cities(document: dict[str, Any]) -> list[str | None]:
    taken = (document[name] for name in ("billing_address", "shipping_address") if name in document)
    return [address and address["city"] for address in taken]


@pytest.mark.parametrize(
    ("collection", "action"), [("quotes", "activate"), ("orders", "submit"), ("invoices", "issue")]
)
async def test_what_the_customer_is_told_keeps_the_addresses_of_that_day(
    sales: Running, collection: str, action: str
) -> None:
    whom = await customer(sales, address=LISBOA, billing_address=PORTO, shipping_address=BRAGA)
    document = await made(sales, collection, {"name": "Work", "customer": whom, "lines": [WORK]})
    path = f"/api/v1/{collection}/{document['id']}"

    _, told = await sales.post(f"{path}/{action}")
    await sales.patch(f"/api/v1/accounts/{whom['id']}", {"billing_address": EVORA, "shipping_address": EVORA})

    assert not any(cities(document))
    assert cities(told) == cities((await sales.get(path))[1]) == ["Porto", "Braga"][: len(cities(document))]


async def test_an_order_names_its_own_address_or_that_of_the_person_at_a_customer_without(sales: Running) -> None:
    whom = await customer(sales)
    person = await made(sales, "contacts", {"last_name": "Lima", "address": LISBOA, "visiting_address": BRAGA})
    order = {"name": "Work", "customer": whom, "contact_id": person["id"], "lines": [WORK]}
    ids = [(await made(sales, "orders", {**order, **own}))["id"] for own in ({}, {"shipping_address": EVORA})]

    submitted = [(await sales.post(f"/api/v1/orders/{id_}/submit"))[1] for id_ in ids]

    assert list(map(cities, submitted)) == [["Lisboa", "Braga"], ["Lisboa", "Évora"]]


@pytest.mark.parametrize("collection", ["accounts", "contacts"])
async def test_addresses_go_out_as_columns_and_come_in_as_they_went(sales: Running, collection: str) -> None:
    known = {name: {"line1": f"{name} 1", "city": "Porto", "country": "PT"} for name in ADDRESSES}
    name = "name" if collection == "accounts" else "last_name"
    first = await made(sales, collection, {name: "Azul", **known})
    columns = [name, *ADDRESSES]

    text = await exported(sales, f"/api/v1/{collection}/export?format=csv&$select={','.join(columns)}")
    await sales.delete(f"/api/v1/{collection}/{first['id']}")
    [heads, row] = csv.reader(text.splitlines())
    imported = await Hotel(sales).imported(csv_file(heads[1:], row[1:]), collection=collection)
    _, page = await sales.get(f"/api/v1/{collection}?$select={','.join(columns)}")

    assert {"billing_address.city", "visiting_address.line1", "shipping_address.country"} <= set(heads)
    assert counted(imported) == {"created": 1}
    [again] = page["value"]
    said = {name: {part: value for part, value in again[name].items() if value} for name in ADDRESSES}
    assert (again[name], said) == ("Azul", known)


async def test_customers_are_found_by_where_they_are(sales: Running) -> None:
    for name, address in (("Azul", PORTO), ("Rosa", BRAGA), ("Verde", None)):
        await made(sales, "accounts", {"name": name, "visiting_address": address})

    async def named(query: str) -> list[str]:
        _, page = await sales.get(f"/api/v1/accounts?{query}")
        return [each["name"] for each in page["value"]]

    assert await named("$filter=visiting_address/city eq 'Porto'") == ["Azul"]
    assert await named("$filter=visiting_address/city ne null&$orderby=visiting_address/city") == ["Rosa", "Azul"]
    assert (await sales.get("/api/v1/accounts?$filter=visiting_address eq 'Porto'"))[0] == 422


async def exported(sales: Running, path: str) -> str:
    headers = {"Authorization": f"Bearer {sales.identities.token('administrator')}"}
    async with sales.session.get(f"{sales.url}{path}", headers=headers) as response:
        assert response.status == 200
        return (await response.read()).decode("utf-8-sig")
