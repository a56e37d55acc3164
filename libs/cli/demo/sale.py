"""One sale, from the opportunity to the last payment; docs/guides/from-lead-to-payment.md works its figures out."""

from typing import Any, Final

import aiohttp
from yarl import URL

from libs.cli.client import refuse
from libs.cli.demo.narrator import Narrator
from libs.store.ids import new_id

_TAX: Final = {"code": "demo-23", "name": "VAT", "rates": [{"valid_from": "2011-01-01", "percent": 23}]}
_SENDER: Final = {
    "name": "Banco da Ponte",
    "language": "en-GB",
    "address": {"line1": "Rua da Ponte 1", "postal_code": "4050-001", "city": "Porto", "country": "PT"},
    "bank_details": ["Banco da Ponte", "IBAN PT50 0002 0123 1234 5678 9015 4"],
}
_TERMS: Final = {
    "lines": [
        {"description": "Card terminal", "quantity": 5, "unit_price": 189.90, "tax_code": _TAX["code"]},
        {"description": "Training", "quantity": 3, "unit": "hour", "unit_price": 84, "tax_code": _TAX["code"]},
    ],
    "freight": {"amount": 19.50, "tax_code": _TAX["code"]},
}
_FIRST_DELIVERY: Final = {"lines": [{"line_id": "1", "quantity": 2}]}
_FIRST_PAYMENT: Final = 200


class Sale:
    """What becomes of an open opportunity of a prospect."""

    def __init__(self, narrator: Narrator, opportunity_id: str, person: str) -> None:
        self._narrator = narrator
        self._api = narrator.api
        self._opportunity = f"/api/v1/opportunities/{opportunity_id}"
        self._opportunity_id = opportunity_id
        self._person = person

    async def play(self) -> dict[str, Any]:
        """The invoice that is paid last."""
        await self._once("tax_codes", f"code eq '{_TAX['code']}'", _TAX)
        await self._once("company_profiles", "state eq 'active'", _SENDER)
        quote = await self._accepted(await self._revised(await self._offered()))
        return await self._delivered(f"/api/v1/orders/{quote['order_id']}")

    async def _once(self, collection: str, filter_: str, record: dict[str, Any]) -> None:
        found = await self._api.get(f"/api/v1/{collection}", **{"$filter": filter_})
        if not found["value"]:
            await self._api.post(f"/api/v1/{collection}", record)

    async def _offered(self) -> dict[str, Any]:
        """An active quote of what the prospect is interested in."""
        valued = await self._api.patch(self._opportunity, _TERMS)
        self._narrator.tell(
            f"{self._person} wants 5 card terminals and 3 hours of training: {_money(valued['estimated_value'])}, "
            "and tax on top."
        )
        wanted = {"name": "Card terminals", "opportunity_id": self._opportunity_id}
        quote = await self._api.post("/api/v1/quotes", wanted, key=new_id())
        active: dict[str, Any] = await self._api.post(f"/api/v1/quotes/{quote['id']}/activate")
        self._narrator.tell(f"Quote [bold]{active['number']}[/] offers it for {_money(active['total_amount'])}.")
        return active

    async def _revised(self, quote: dict[str, Any]) -> dict[str, Any]:
        answer = await self._api.post(f"/api/v1/quotes/{quote['id']}/revise")
        path = f"/api/v1/quotes/{answer['revision']['id']}"
        await self._api.patch(path, {"discount": {"percent": 3}})
        active: dict[str, Any] = await self._api.post(f"{path}/activate")
        self._narrator.tell(
            f"{self._person} asks for a better price: revision {active['revision']} takes 3 % off: "
            f"{_money(active['total_amount'])}."
        )
        return active

    async def _accepted(self, quote: dict[str, Any]) -> dict[str, Any]:
        """The quote, once its opportunity knows its customer."""
        path = f"/api/v1/quotes/{quote['id']}"
        link = await self._api.post(f"{path}/link", {"days": 14})
        async with (
            aiohttp.ClientSession(self._api.url) as customer,
            customer.post(f"{URL(link['url']).path}/accept", data={"name": self._person}) as page,
        ):
            await refuse(page)
        self._narrator.tell(
            f"{self._person} has no account here, follows a signed link, reads the quote and accepts it."
        )
        won = await self._narrator.eventually(self._opportunity, lambda opportunity: opportunity["customer"])
        buyer = won["customer"]
        self._narrator.tell(
            f"So it is won for {_money(won['actual_value'])}, and [bold]{buyer['name']}[/] is a customer: "
            f"a record in {buyer['collection']}, which nobody typed."
        )
        accepted: dict[str, Any] = await self._api.get(path)
        return accepted

    async def _delivered(self, order: str) -> dict[str, Any]:
        """The last invoice, once all of the order is delivered, invoiced and paid."""
        submitted = await self._api.post(f"{order}/submit")
        self._narrator.tell(f"The quote has become order [bold]{submitted['number']}[/], which is submitted.")
        await self._api.post(f"{order}/fulfil", _FIRST_DELIVERY)
        first = await self._invoiced(order)
        self._narrator.tell(f"2 terminals are delivered, and on invoice {_owed(first)}.")
        await self._api.post(f"{order}/fulfil")
        second = await self._invoiced(order)
        self._narrator.tell(f"The rest is delivered, and on invoice {_owed(second)}.")
        first = await self._paid(first, _FIRST_PAYMENT)
        await self._paid(first, first["balance_amount"])
        last = await self._paid(second, second["balance_amount"])
        invoiced = await self._api.get(order)
        self._narrator.tell(
            f"Both are paid, the first in two parts: together the {_money(invoiced['total_amount'])} of the order, "
            f"which is {invoiced['state']}."
        )
        return last

    async def _invoiced(self, order: str) -> dict[str, Any]:
        """An issued invoice over what was delivered and is on none."""
        draft = await self._api.post(f"{order}/invoice", key=new_id())
        issued: dict[str, Any] = await self._api.post(f"/api/v1/invoices/{draft['id']}/issue")
        return issued

    async def _paid(self, invoice: dict[str, Any], amount: float) -> dict[str, Any]:
        """The invoice after a payment."""
        path = f"/api/v1/invoices/{invoice['id']}/record_payment"
        paid: dict[str, Any] = await self._api.post(path, {"amount": amount}, key=new_id())
        return paid


def _owed(invoice: dict[str, Any]) -> str:
    return f"[bold]{invoice['number']}[/] over {_money(invoice['total_amount'])}"


def _money(amount: float) -> str:
    return f"{amount:,.2f}"
