"""What the sales service announces of what is sold and for how much: products, price lists, taxes, currencies, and who
else sells it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from libs.contracts.event import Event, Merged, Searchable, Snapshot, Unmerged
from libs.contracts.values import Currency, Day, Money


class ProductState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class CatalogueState(StrEnum):
    """Of price lists, tax codes, currencies, competitors, pipelines and goals."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class ProductSnapshot(Snapshot):
    searchable: ClassVar = Searchable("products", title=("name",), subtitle=("sku", "family"))

    state: ProductState
    sku: str
    name: str
    kind: str
    unit: str
    list_price: Money | None = None
    cost: Money | None = None
    currency: Currency
    tax_code: str | None = None
    family: str | None = None
    availability: str
    created_at: datetime | None = None


class PriceListSnapshot(Snapshot):
    searchable: ClassVar = Searchable("price_lists", title=("name",))

    state: CatalogueState
    name: str
    currency: Currency
    valid_from: Day | None = None
    valid_until: Day | None = None
    created_at: datetime | None = None


class TaxCodeSnapshot(Snapshot):
    state: CatalogueState
    code: str
    name: str | None = None
    created_at: datetime | None = None


class CurrencySnapshot(Snapshot):
    state: CatalogueState
    code: Currency
    name: str | None = None
    created_at: datetime | None = None


class CompetitorSnapshot(Snapshot):
    searchable: ClassVar = Searchable("competitors", title=("name",), text=("strengths", "weaknesses"))

    state: CatalogueState
    name: str
    website: str | None = None
    strengths: str | None = None
    weaknesses: str | None = None
    created_at: datetime | None = None


class ProductCreated(Event[ProductSnapshot], type="sales.product.created"):
    pass


class ProductUpdated(Event[ProductSnapshot], type="sales.product.updated"):
    pass


class ProductDeleted(Event[ProductSnapshot], type="sales.product.deleted"):
    pass


class ProductRestored(Event[ProductSnapshot], type="sales.product.restored"):
    pass


class ProductAssigned(Event[ProductSnapshot], type="sales.product.assigned"):
    pass


class ProductActivated(Event[ProductSnapshot], type="sales.product.activated"):
    pass


class ProductRetired(Event[ProductSnapshot], type="sales.product.retired"):
    """It is sold no longer."""


class PriceListCreated(Event[PriceListSnapshot], type="sales.price_list.created"):
    pass


class PriceListUpdated(Event[PriceListSnapshot], type="sales.price_list.updated"):
    pass


class PriceListDeleted(Event[PriceListSnapshot], type="sales.price_list.deleted"):
    pass


class PriceListRestored(Event[PriceListSnapshot], type="sales.price_list.restored"):
    pass


class PriceListAssigned(Event[PriceListSnapshot], type="sales.price_list.assigned"):
    pass


class PriceListActivated(Event[PriceListSnapshot], type="sales.price_list.activated"):
    pass


class PriceListDeactivated(Event[PriceListSnapshot], type="sales.price_list.deactivated"):
    pass


class TaxCodeCreated(Event[TaxCodeSnapshot], type="sales.tax_code.created"):
    pass


class TaxCodeUpdated(Event[TaxCodeSnapshot], type="sales.tax_code.updated"):
    pass


class TaxCodeDeleted(Event[TaxCodeSnapshot], type="sales.tax_code.deleted"):
    pass


class TaxCodeRestored(Event[TaxCodeSnapshot], type="sales.tax_code.restored"):
    pass


class TaxCodeAssigned(Event[TaxCodeSnapshot], type="sales.tax_code.assigned"):
    pass


class TaxCodeActivated(Event[TaxCodeSnapshot], type="sales.tax_code.activated"):
    pass


class TaxCodeDeactivated(Event[TaxCodeSnapshot], type="sales.tax_code.deactivated"):
    pass


class CurrencyCreated(Event[CurrencySnapshot], type="sales.currency.created"):
    pass


class CurrencyUpdated(Event[CurrencySnapshot], type="sales.currency.updated"):
    pass


class CurrencyDeleted(Event[CurrencySnapshot], type="sales.currency.deleted"):
    pass


class CurrencyRestored(Event[CurrencySnapshot], type="sales.currency.restored"):
    pass


class CurrencyAssigned(Event[CurrencySnapshot], type="sales.currency.assigned"):
    pass


class CurrencyActivated(Event[CurrencySnapshot], type="sales.currency.activated"):
    pass


class CurrencyDeactivated(Event[CurrencySnapshot], type="sales.currency.deactivated"):
    pass


class CompetitorCreated(Event[CompetitorSnapshot], type="sales.competitor.created"):
    pass


class CompetitorUpdated(Event[CompetitorSnapshot], type="sales.competitor.updated"):
    pass


class CompetitorDeleted(Event[CompetitorSnapshot], type="sales.competitor.deleted"):
    pass


class CompetitorRestored(Event[CompetitorSnapshot], type="sales.competitor.restored"):
    pass


class CompetitorMerged(Merged[CompetitorSnapshot], type="sales.competitor.merged"):
    """Other competitors were found to be the same: their ids lead to this one from now on."""


class CompetitorUnmerged(Unmerged[CompetitorSnapshot], type="sales.competitor.unmerged"):
    """One that had been merged into this one is a competitor of its own again."""


class CompetitorAssigned(Event[CompetitorSnapshot], type="sales.competitor.assigned"):
    pass


class CompetitorActivated(Event[CompetitorSnapshot], type="sales.competitor.activated"):
    pass


class CompetitorDeactivated(Event[CompetitorSnapshot], type="sales.competitor.deactivated"):
    pass


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    ProductCreated,
    ProductUpdated,
    ProductDeleted,
    ProductRestored,
    ProductAssigned,
    ProductActivated,
    ProductRetired,
    PriceListCreated,
    PriceListUpdated,
    PriceListDeleted,
    PriceListRestored,
    PriceListAssigned,
    PriceListActivated,
    PriceListDeactivated,
    TaxCodeCreated,
    TaxCodeUpdated,
    TaxCodeDeleted,
    TaxCodeRestored,
    TaxCodeAssigned,
    TaxCodeActivated,
    TaxCodeDeactivated,
    CurrencyCreated,
    CurrencyUpdated,
    CurrencyDeleted,
    CurrencyRestored,
    CurrencyAssigned,
    CurrencyActivated,
    CurrencyDeactivated,
    CompetitorCreated,
    CompetitorUpdated,
    CompetitorDeleted,
    CompetitorRestored,
    CompetitorMerged,
    CompetitorUnmerged,
    CompetitorAssigned,
    CompetitorActivated,
    CompetitorDeactivated,
)
