"""What all documents of sales share: what is asked for in lines and terms, and what that comes to."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Final, TypeVar

from pydantic import Field

from libs.contracts.priced import Priced
from libs.contracts.values import Amount, Currency
from libs.domain.fields import GUARDED, LISTED, Lookup
from libs.domain.record import Record
from libs.domain.refusals import Refusal
from services.sales.pricing.model.document import MOST_LINES, Discount, DocumentLine, Freight, PriceRequest


class Document(Record):
    """`lines` and the terms around them are as somebody asked; `priced` has every figure of them, line by line in the
    same order, and says by which day's prices. Its totals stand beside it for lists to filter by.
    """

    price_list_id: Annotated[str | None, LISTED, Lookup.to("price_lists")] = None
    currency: Annotated[Currency, LISTED] = "EUR"
    lines: Annotated[tuple[DocumentLine, ...], Field(max_length=MOST_LINES)] = ()
    discount: Discount | None = None
    freight: Freight | None = None
    prices_include_tax: bool = False
    priced: Annotated[Priced | None, GUARDED] = None
    net_amount: Annotated[Amount | None, GUARDED, LISTED] = None
    tax_amount: Annotated[Amount | None, GUARDED, LISTED] = None
    total_amount: Annotated[Amount | None, GUARDED, LISTED] = None

    @property
    def counts_on(self) -> date | None:
        """The day whose prices and taxes count; None for the day on which it is priced."""
        return None


D = TypeVar("D", bound=Document)

TERMS: Final = ("price_list_id", "currency", "lines", "discount", "freight", "prices_include_tax")
"""What the figures follow from."""


_NOTES: Final = frozenset({"tags", "custom"})
"""What an organisation notes for itself, in any state."""


class Locked(Refusal):
    """What the other side was told stays as it was told; an open action goes on from there."""

    changeable: ClassVar[str]

    def __init__(self, *, state: str, open_actions: Sequence[str]) -> None:
        super().__init__(f"only {self.changeable} can be changed", state=state, open_actions=list(open_actions))


def terms_of(document: Document) -> dict[str, Any]:
    """What another document takes over to cost the same."""
    return {name: getattr(document, name) for name in TERMS}


def agreed_differs(current: D, wanted: D) -> bool:
    """Whether anything would change that the other side was told, or is to be."""
    told = type(current).model_fields.keys() - _NOTES
    return any(getattr(current, name) != getattr(wanted, name) for name in told)


def request_of(document: Document, *, on: date) -> PriceRequest:
    """What the pricing engine is asked for a document."""
    return PriceRequest.model_construct(**terms_of(document), on=on)


def figured(document: D, priced: Priced | None) -> D:
    """The document with its figures, or with none."""
    totals = (None, None, None) if priced is None else (priced.net, priced.tax, priced.total)
    named = dict(zip(("net_amount", "tax_amount", "total_amount"), totals, strict=True))
    return document.model_copy(update={"priced": priced, **named})
