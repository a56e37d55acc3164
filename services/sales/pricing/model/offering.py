"""What a line leaves open is said by its product, the price list and the tax codes, or refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from libs.contracts.catalogue import ProductState
from libs.domain.lifecycle import Lifecycle
from libs.domain.money import digits_of, refuse_finer, require_countable, rounded
from libs.domain.refusals import InvalidFields
from services.sales.currencies.model import Currency
from services.sales.price_lists.model import PriceList
from services.sales.pricing.model.bundles import Wanted, require_quantity, unpacked, wanted_of
from services.sales.pricing.model.dated import in_force
from services.sales.pricing.model.document import NOTHING, DocumentLine, PriceRequest, Rule
from services.sales.pricing.model.rules import Basis, Method, NothingToStartFrom, PriceRule, price_by
from services.sales.pricing.model.totals import ComponentTerms, LineTerms, Origin, TaxRate
from services.sales.products.model import BundlePrice, Product
from services.sales.tax_codes.model import TaxCode

_AT_LIST_PRICE: Final = PriceRule(method=Method.PERCENT_OF_LIST, percent=Decimal(100))
_UNTAXED: Final = TaxRate()
_METHODS: Final = {
    Method.AMOUNT: "the price list's own amount",
    Method.PERCENT_OF_LIST: "{percent} % of the list price",
    Method.MARKUP: "the cost and a markup",
    Method.MARGIN: "the cost and a margin",
}
"""Who may see a price need not see what the product costs us."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What one of the organisation's own currency buys: `ours` of the document's, `theirs` of the product's."""

    ours: Decimal
    theirs: Decimal

    def convert(self, amount: Decimal | None) -> Decimal | None:
        return None if amount is None else amount * self.ours / self.theirs


_ONE_TO_ONE: Final = Rates(Decimal(1), Decimal(1))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What there is of all that a request names: products by id, tax codes and currencies by code."""

    products: Mapping[str, Product]
    price_list: PriceList | None
    tax_codes: Mapping[str, TaxCode]
    currencies: Mapping[str, Currency]


class Offering:
    """The catalogue as it is on one day, for one currency and price list."""

    def __init__(self, catalogue: Catalogue, request: PriceRequest, *, on: date) -> None:
        """Raises `InvalidFields` for an unknown currency, and for a price list that cannot be used."""
        self.digits = digits_of(request.currency)
        self._catalogue, self._currency, self._on = catalogue, request.currency, on
        if request.price_list_id is not None:
            self._require_usable(catalogue.price_list)

    def _require_usable(self, price_list: PriceList | None) -> None:
        if price_list is None:
            raise InvalidFields.at("/price_list_id", "unknown_reference", "no such price list")
        if price_list.currency != self._currency:
            raise InvalidFields.at("/price_list_id", "other_currency", f"its prices are in {price_list.currency}")
        if not price_list.holds_on(self._on):
            raise InvalidFields.at("/price_list_id", "price_list_not_valid", f"it does not hold on {self._on}")

    def line(self, asked: DocumentLine, pointer: str) -> LineTerms:
        """The line with nothing left open; raises `InvalidFields`."""
        if asked.quantity < 0:
            raise InvalidFields.at(f"{pointer}/quantity", "negative_quantity", "must not be below zero")
        amounts = {f"{pointer}/unit_price": asked.unit_price, f"{pointer}/discount": asked.discount}
        refuse_finer(self._currency, {at: amount for at, amount in amounts.items() if amount is not None})
        if asked.product_id is None:
            return self._written_in(asked, pointer)
        product = self._product(asked.product_id, asked.unit, pointer)
        required, beside = wanted_of(product, asked.options, self._catalogue.products, pointer)
        price, discount, origins = self._price(product, asked, beside, pointer)
        return LineTerms(
            asked=asked,
            description=asked.description or product.name,
            sku=product.sku,
            unit=product.unit,
            unit_price=price,
            volume_discount=discount,
            tax=self.tax(asked.tax_code or product.tax_code, f"{pointer}/tax_code"),
            origins=origins,
            components=tuple(
                self._component(part, asked, product, pointer)
                for each in (*required, *beside)
                for part in unpacked(each, self._catalogue.products, pointer)
            ),
        )

    def _component(self, part: Wanted, asked: DocumentLine, bundle: Product, pointer: str) -> ComponentTerms:
        require_quantity(part.quantity * asked.quantity, pointer)
        code = asked.tax_code or bundle.tax_code or part.product.tax_code
        return ComponentTerms(
            product_id=part.product.id,
            sku=part.product.sku,
            description=part.product.name,
            unit=part.product.unit,
            quantity=part.quantity,
            worth=self._worth(part, pointer),
            tax=self.tax(code, f"{pointer}/tax_code"),
        )

    def _worth(self, part: Wanted, pointer: str) -> Decimal:
        """What it costs by itself, nothing where it has no price of its own."""
        try:
            price, _ = self._by_itself(part.product, pointer)
        except InvalidFields:
            return NOTHING
        return rounded(price * part.quantity, self.digits)

    def _written_in(self, asked: DocumentLine, pointer: str) -> LineTerms:
        if asked.description is None:
            raise InvalidFields.at(f"{pointer}/description", "missing", "a line without a product says what it is for")
        if asked.unit_price is None:
            raise InvalidFields.at(f"{pointer}/unit_price", "missing", "a line without a product has its own price")
        price, discount, origins = self._typed_in(asked.unit_price)
        return LineTerms(
            asked=asked,
            description=asked.description,
            sku=None,
            unit=asked.unit,
            unit_price=price,
            volume_discount=discount,
            tax=self.tax(asked.tax_code, f"{pointer}/tax_code"),
            origins=origins,
        )

    def _typed_in(self, price: Decimal) -> tuple[Decimal, Decimal, tuple[Origin, ...]]:
        return price, rounded(NOTHING, self.digits), (Origin(Rule.TYPED_IN, price, "as the line says"),)

    def _product(self, product_id: str, unit: str | None, pointer: str) -> Product:
        product = self._catalogue.products.get(product_id)
        if product is None:
            raise InvalidFields.at(f"{pointer}/product_id", "unknown_reference", f"no record products/{product_id}")
        if product.state is not ProductState.ACTIVE:
            code = f"product_{product.state}"
            raise InvalidFields.at(f"{pointer}/product_id", code, f"{product.sku} is {product.state}: not sold now")
        if unit is not None and unit != product.unit:
            raise InvalidFields.at(f"{pointer}/unit", "other_unit", f"{product.sku} is sold by the {product.unit}")
        return product

    def _price(
        self, product: Product, asked: DocumentLine, beside: Sequence[Wanted], pointer: str
    ) -> tuple[Decimal, Decimal, tuple[Origin, ...]]:
        """What one piece costs, what it costs less for their number, and how the price came about."""
        if asked.unit_price is not None:
            return self._typed_in(asked.unit_price)
        price, origins = self._by_itself(product, pointer)
        discount = self._volume_discount(product, price, asked.quantity, pointer)
        more = [self._of_component(each, pointer) for each in beside]
        price += sum((each.amount for each in more), NOTHING)
        require_countable(price, self.digits, f"{pointer}/product_id")
        return price, discount, (*origins, *more)

    def _volume_discount(self, product: Product, price: Decimal, quantity: Decimal, pointer: str) -> Decimal:
        if self._is_sum(product):
            return rounded(NOTHING, self.digits)
        return self._rule(product, pointer).volume_discount(price, quantity, self.digits)

    def _by_itself(self, product: Product, pointer: str) -> tuple[Decimal, tuple[Origin, ...]]:
        """What one piece costs before any volume discount."""
        if not self._is_sum(product):
            return self._by_rule(self._rule(product, pointer), product, pointer)
        required, _ = wanted_of(product, (), self._catalogue.products, pointer)
        origins = tuple(self._of_component(each, pointer) for each in required)
        return sum((each.amount for each in origins), NOTHING), origins

    def _is_sum(self, product: Product) -> bool:
        """Whether it costs what its components do: one that the price list names has its price from there."""
        if product.bundle_price is not BundlePrice.COMPONENTS:
            return False
        price_list = self._catalogue.price_list
        return price_list is None or not price_list.names(product.id)

    def _of_component(self, part: Wanted, pointer: str) -> Origin:
        price, _ = self._by_itself(part.product, pointer)
        quantity = f"{part.quantity.normalize():f}"
        detail = f"{quantity} x {part.product.sku} at {price}"
        return Origin(Rule.COMPONENT, rounded(price * part.quantity, self.digits), detail)

    def _rule(self, product: Product, pointer: str) -> PriceRule:
        price_list = self._catalogue.price_list
        if price_list is None:
            return _AT_LIST_PRICE
        rule = price_list.rule_for(product.id)
        if rule is None:
            detail = f"{price_list.name} has no price for {product.sku}"
            raise InvalidFields.at(f"{pointer}/product_id", "not_in_price_list", detail)
        return rule

    def _by_rule(self, rule: PriceRule, product: Product, pointer: str) -> tuple[Decimal, tuple[Origin, ...]]:
        rates = _ONE_TO_ONE if rule.method is Method.AMOUNT else self._rates(product, pointer)
        basis = Basis(list_price=rates.convert(product.list_price), cost=rates.convert(product.cost))
        try:
            price = price_by(rule, basis, self.digits)
        except NothingToStartFrom:
            detail = f"{product.sku} has no amount that its price could start from"
            raise InvalidFields.at(f"{pointer}/product_id", "no_price", detail) from None
        return price, tuple(self._origins(rule, product, price, basis))

    def _origins(self, rule: PriceRule, product: Product, price: Decimal, basis: Basis) -> Iterator[Origin]:
        if rule.method is Method.PERCENT_OF_LIST and product.list_price is not None and basis.list_price is not None:
            yield Origin(Rule.LIST_PRICE, product.list_price, f"{product.currency} a {product.unit}")
            if product.currency != self._currency:
                converted = rounded(basis.list_price, self.digits)
                yield Origin(Rule.CONVERTED, converted, f"{self._currency} at the rates of {self._on}")
        if (price_list := self._catalogue.price_list) is not None:
            how = _METHODS[rule.method].format(percent=rule.percent)
            yield Origin(Rule.PRICE_LIST, price, f"{price_list.name}: {how}{', rounded' if rule.rounding else ''}")

    def _rates(self, product: Product, pointer: str) -> Rates:
        """Those that lead from the product's currency to the document's; raises `InvalidFields` without them."""
        if product.currency == self._currency:
            return _ONE_TO_ONE
        ours, theirs = self._rate(self._currency), self._rate(product.currency)
        if ours is None or theirs is None:
            detail = f"{product.sku} is priced in {product.currency}, and no rate leads to {self._currency}"
            raise InvalidFields.at(f"{pointer}/product_id", "other_currency", detail)
        return Rates(ours, theirs)

    def _rate(self, code: str) -> Decimal | None:
        currency = self._catalogue.currencies.get(code)
        return currency.rate_on(self._on) if currency and currency.state == Lifecycle.ACTIVE else None

    def tax(self, code: str | None, pointer: str) -> TaxRate:
        """The rate of a tax code on that day; raises `InvalidFields` where there is none."""
        if code is None:
            return _UNTAXED
        known = self._catalogue.tax_codes.get(code)
        if known is None or known.state != Lifecycle.ACTIVE:
            raise InvalidFields.at(pointer, "unknown_tax_code", f"no active tax code {code}")
        rate = in_force(known.rates, self._on)
        if rate is None:
            raise InvalidFields.at(pointer, "no_tax_rate", f"{code} has no rate on {self._on}")
        return TaxRate(code, rate.percent)
