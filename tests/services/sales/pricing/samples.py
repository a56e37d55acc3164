"""A small catalogue, and requests by chance that it can price."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from libs.contracts.catalogue import ProductState
from libs.contracts.priced import Priced
from services.sales.currencies.model import Currency
from services.sales.price_lists.model import PriceList
from services.sales.pricing.model.document import Calculation, PriceRequest
from services.sales.pricing.model.engine import calculate
from services.sales.pricing.model.offering import Catalogue
from services.sales.products.model import Product
from services.sales.tax_codes.model import TaxCode

TODAY: Final = date(2026, 11, 22)


def product(id: str, **fields: Any) -> Product:
    known = {"sku": id.upper(), "name": id.title(), "state": ProductState.ACTIVE, "tax_code": "standard"}
    return Product.model_validate({"id": id, **known, **fields})


def bundle(id: str, *components: tuple[str, str, bool], **fields: Any) -> Product:
    """Of components by product, quantity, and whether they are required."""
    parts = [{"product_id": part, "quantity": quantity, "required": needed} for part, quantity, needed in components]
    return product(id, **{"kind": "bundle", "tax_code": None, "components": parts, **fields})


def tax_code(code: str, *rates: tuple[str, str], **fields: Any) -> TaxCode:
    dated = [{"valid_from": day, "percent": percent} for day, percent in rates]
    return TaxCode.model_validate({"id": code, "code": code, "rates": dated, **fields})


def currency(code: str, *rates: tuple[str, str], **fields: Any) -> Currency:
    dated = [{"valid_from": day, "rate": rate} for day, rate in rates]
    return Currency.model_validate({"id": code, "code": code, "rates": dated, **fields})


PRODUCTS: Final = {
    each.id: each
    for each in (
        product("desk", list_price=Decimal("249.90"), cost=Decimal("150.00")),
        product("lamp", list_price=Decimal("39.99"), cost=Decimal("20.00"), unit="piece"),
        product("book", list_price=Decimal("12.00"), tax_code="reduced"),
        product("stamp", list_price=Decimal("0.85"), tax_code=None),
        product("chair", list_price=Decimal("99.00"), state=ProductState.RETIRED),
        product("shelf", list_price=Decimal("59.00"), state=ProductState.DRAFT),
        product("rug", list_price=Decimal("108.45"), currency="USD"),
        product("vase", cost=None),
        bundle("set", ("desk", "1", True), ("book", "2", True), ("lamp", "1", False), list_price=Decimal("265.00")),
        bundle("kit", ("desk", "1", True), ("book", "0.5", True), ("stamp", "4", True), bundle_price="components"),
        bundle("office", ("set", "2", True), ("lamp", "3", True), bundle_price="components"),
        bundle("reading", ("book", "3", True), ("lamp", "1", True), list_price=Decimal("70.00"), tax_code="reduced"),
        bundle("gift", ("vase", "1", True), ("book", "1", False), list_price=Decimal("10.01")),
    )
}
TAX_CODES: Final = {
    each.code: each
    for each in (
        tax_code("standard", ("2007-01-01", "19"), ("2020-07-01", "16"), ("2021-01-01", "19")),
        tax_code("reduced", ("2007-01-01", "7")),
        tax_code("export", ("2007-01-01", "0")),
        tax_code("coming", ("2027-01-01", "21")),
        tax_code("former", ("2007-01-01", "5"), state="inactive"),
    )
}
CURRENCIES: Final = {
    each.code: each for each in (currency("EUR", ("2020-01-01", "1")), currency("USD", ("2026-11-01", "1.0845")))
}


def catalogue(price_list: PriceList | None = None) -> Catalogue:
    return Catalogue(products=PRODUCTS, price_list=price_list, tax_codes=TAX_CODES, currencies=CURRENCIES)


def price_list(**fields: Any) -> PriceList:
    return PriceList.model_validate({"id": "list", "name": "Resellers", **fields})


def calculated(prices: PriceList | None = None, **request: Any) -> Calculation:
    known = {} if prices is None else {"price_list_id": prices.id}
    return calculate(PriceRequest.model_validate({**known, **request}), catalogue(prices), today=TODAY)


def priced(prices: PriceList | None = None, **request: Any) -> Priced:
    return calculated(prices, **request).priced


DIGITS: Final = {"EUR": 2, "JPY": 0, "BHD": 3}
CODES: Final = (None, "standard", "reduced", "export")


def amounts(digits: int, most: int = 10**8) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most).map(lambda coins: Decimal(coins).scaleb(-digits))


@st.composite
def written_in(draw: st.DrawFn, digits: int) -> dict[str, Any]:
    """A line without a product, its discount no more than its amount."""
    quantity, unit_price = draw(st.integers(0, 1000)), draw(amounts(digits))
    cost = int((unit_price * quantity).scaleb(digits))
    return {
        "description": "Work",
        "quantity": Decimal(quantity),
        "unit_price": unit_price,
        "discount": draw(amounts(digits, cost)),
        "tax_code": draw(st.sampled_from(CODES)),
    }


@st.composite
def bundled(draw: st.DrawFn) -> dict[str, Any]:
    """A bundle of the catalogue, as it is or with its option, at its price or at another."""
    id_ = draw(st.sampled_from(["set", "kit", "office", "reading"]))
    asked: dict[str, Any] = {"product_id": id_, "quantity": draw(st.sampled_from(["1", "3", "0.5", "20"]))}
    if id_ == "set" and draw(st.booleans()):
        asked["options"] = ["lamp"]
    if draw(st.booleans()):
        asked["unit_price"] = draw(amounts(2, 10**5))
    return asked


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    currency_code = draw(st.sampled_from(sorted(DIGITS)))
    digits = DIGITS[currency_code]
    lines = draw(st.lists(written_in(digits), max_size=8))
    subtotal = sum((each["unit_price"] * each["quantity"] - each["discount"] for each in lines), Decimal(0))
    percent = draw(st.decimals(0, 50, places=2))
    return {
        "currency": currency_code,
        "lines": lines,
        "discount": {"percent": percent, "amount": draw(amounts(digits, int(subtotal.scaleb(digits)) // 2))},
        "freight": {"amount": draw(amounts(digits)), "tax_code": draw(st.sampled_from(CODES))},
        "prices_include_tax": draw(st.booleans()),
    }


def numbers(figures: Priced) -> Iterator[Decimal]:
    for part in (figures, *figures.lines, *figures.taxes):
        yield from (value for _, value in part if isinstance(value, Decimal))
