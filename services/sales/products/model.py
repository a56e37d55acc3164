"""The product: what can be sold. A bundle is sold as one, and consists of others."""

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import Field

from libs.contracts.catalogue import ProductActivated, ProductRetired, ProductState
from libs.contracts.values import Amount, Currency, Quantity, Value
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Text
from libs.domain.moves import Moves
from libs.domain.record import Index, Record
from libs.domain.refusals import FieldError, InvalidFields, Refusal

PIECE: Final = "piece"
"""The unit of what is counted."""

MOST_COMPONENTS: Final = 50
MOST_LEVELS: Final = 10
"""How deep bundles may lie within one another."""


class ProductKind(StrEnum):
    PRODUCT = "product"
    SERVICE = "service"
    BUNDLE = "bundle"


class BundlePrice(StrEnum):
    """What a bundle costs: what it says itself, or what its components cost together."""

    OWN = "own"
    COMPONENTS = "components"


class Availability(StrEnum):
    AVAILABLE = "available"
    ON_REQUEST = "on_request"
    UNAVAILABLE = "unavailable"


class Feature(Value):
    """What the product has: Colour, green."""

    name: Line
    value: Line


class Component(Value):
    """What a bundle consists of; one that is not `required` is offered beside it, at its own price."""

    product_id: Annotated[str, Field(min_length=1, max_length=64)]
    quantity: Annotated[Quantity, Field(gt=0)]
    required: bool = True


MOVES: Final = Moves(
    {
        ProductState.DRAFT: {"activate": ProductState.ACTIVE},
        ProductState.ACTIVE: {"retire": ProductState.RETIRED},
        ProductState.RETIRED: {"activate": ProductState.ACTIVE},
    }
)


class Product(Record, collection="products", aggregate="sales.product"):
    """`list_price` and `cost` are those of one `unit`, before tax codes and price lists have their say. The `tax_code`
    of a bundle holds for all of it; without one, each of its components bears its own tax.
    """

    indexes: ClassVar[tuple[Index, ...]] = (Index(("sku",), unique=True), Index(("components.product_id",)))

    state: Annotated[ProductState, GUARDED, INDEXED] = ProductState.DRAFT
    sku: Annotated[str, LISTED, SEARCHED, Field(min_length=1, max_length=60)]
    name: Annotated[Line, INDEXED, SEARCHED]
    description: Text | None = None
    kind: Annotated[ProductKind, LISTED] = ProductKind.PRODUCT
    unit: Annotated[Line, LISTED] = PIECE
    list_price: Annotated[Amount | None, LISTED] = None
    cost: Annotated[Amount | None, LISTED] = None
    currency: Annotated[Currency, LISTED] = "EUR"
    tax_code: Annotated[Line | None, LISTED] = None
    family: Annotated[Line | None, INDEXED, SEARCHED] = None
    features: Annotated[tuple[Feature, ...], Field(max_length=100)] = ()
    availability: Annotated[Availability, LISTED] = Availability.AVAILABLE
    bundle_price: Annotated[BundlePrice, LISTED] = BundlePrice.OWN
    components: Annotated[tuple[Component, ...], Field(max_length=MOST_COMPONENTS)] = ()

    @property
    def required_ids(self) -> list[str]:
        return [each.product_id for each in self.components if each.required]


class ComponentNotActive(Refusal):
    """A bundle is sold with all that it requires."""

    code = "component_not_active"

    def __init__(self, product_ids: Collection[str]) -> None:
        super().__init__("required components are not active", product_ids=sorted(product_ids))


class RequiredByBundle(Refusal):
    """An active bundle requires the product."""

    code = "required_by_bundle"

    def __init__(self, bundle_id: str) -> None:
        super().__init__("an active bundle requires the product", bundle_id=bundle_id)


def require_sound(product: Product) -> Product:
    """The product itself; raises `InvalidFields` where components do not go with it, or with one another."""
    if errors := list(_flaws(product)):
        raise InvalidFields("the components do not go together", errors=errors)
    return product


def _flaws(product: Product) -> Iterator[FieldError]:
    if product.kind is not ProductKind.BUNDLE and product.components:
        yield FieldError("/components", "not_for_this_kind", f"a {product.kind} has no components")
    if product.kind is ProductKind.BUNDLE and not product.components:
        yield FieldError("/components", "missing", "a bundle has components")
    if product.bundle_price is BundlePrice.COMPONENTS:
        if product.kind is not ProductKind.BUNDLE:
            yield FieldError("/bundle_price", "not_for_this_kind", f"a {product.kind} has a price of its own")
        if product.list_price is not None:
            yield FieldError("/list_price", "derived", "the bundle costs what its components do")
    seen: set[str] = set()
    for number, each in enumerate(product.components):
        if each.product_id in seen:
            yield FieldError(f"/components/{number}/product_id", "duplicate", "each component once")
        seen.add(each.product_id)


def refuse_cycle(product: Product, levels: list[frozenset[str]]) -> None:
    """`levels` are the ids of the components, then those of theirs, and so on down."""
    if any(product.id in level for level in levels):
        raise InvalidFields.at("/components", "cycle", "a component contains this bundle itself")
    if len(levels) > MOST_LEVELS:
        raise InvalidFields.at("/components", "too_deep", f"at most {MOST_LEVELS} levels of bundles")


def require_active(product: Product, active_ids: Collection[str]) -> None:
    """Raises `ComponentNotActive` unless all that it requires is among those that are sold."""
    if missing := set(product.required_ids) - set(active_ids):
        raise ComponentNotActive(missing)


def activate(product: Product, *, active_ids: Collection[str]) -> tuple[Product, ProductActivated]:
    """Sells the product from now on; `active_ids` are those of its required components that are active."""
    state = MOVES.after("activate", state=product.state)
    require_active(product, active_ids)
    return product.evolve(state=state), ProductActivated()


def retire(product: Product, *, required_by: str | None) -> tuple[Product, ProductRetired]:
    """Sells it no more; `required_by` is an active bundle that needs it."""
    state = MOVES.after("retire", state=product.state)
    if required_by is not None:
        raise RequiredByBundle(required_by)
    return product.evolve(state=state), ProductRetired()
