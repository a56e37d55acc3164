"""What a bundle consists of, down to what is no bundle, and what of it is wanted."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from libs.contracts.catalogue import ProductState
from libs.domain.refusals import InvalidFields
from services.sales.products.model import Component, Product

_FINEST: Final = Decimal("0.0001")
_MOST: Final = Decimal(10) ** 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quantity of a product in one bundle."""

    product: Product
    quantity: Decimal


def wanted_of(
    bundle: Product, options: Collection[str], products: Mapping[str, Product], pointer: str
) -> tuple[list[Wanted], list[Wanted]]:
    """What the bundle requires, and what is wanted beside; raises `InvalidFields` for an option that it does not have,
    and for what is not sold.
    """
    offered = {each.product_id for each in bundle.components if not each.required}
    for number, option in enumerate(options):
        if option not in offered:
            raise InvalidFields.at(
                f"{pointer}/options/{number}", "not_an_option", f"{bundle.sku} has no such optional component"
            )
    required = [_wanted(each, products, pointer) for each in bundle.components if each.required]
    beside = [_wanted(each, products, pointer) for each in bundle.components if each.product_id in set(options)]
    return required, beside


def _wanted(component: Component, products: Mapping[str, Product], pointer: str) -> Wanted:
    product = products.get(component.product_id)
    if product is None or product.state is not ProductState.ACTIVE:
        name = component.product_id if product is None else product.sku
        raise InvalidFields.at(f"{pointer}/product_id", "component_not_sold", f"its component {name} is not sold now")
    return Wanted(product, component.quantity)


def unpacked(wanted: Wanted, products: Mapping[str, Product], pointer: str) -> Iterator[Wanted]:
    """What is no bundle itself, in place of a bundle among the components."""
    if not wanted.product.components:
        yield wanted
        return
    for each in wanted_of(wanted.product, (), products, pointer)[0]:
        yield from unpacked(Wanted(each.product, each.quantity * wanted.quantity), products, pointer)


def require_quantity(quantity: Decimal, pointer: str) -> None:
    """Raises `InvalidFields` where so many bundles have more, or finer parts, of a component than can be counted."""
    if quantity % _FINEST or quantity >= _MOST:
        raise InvalidFields.at(f"{pointer}/quantity", "not_countable", f"makes {quantity.normalize():f} of a component")
