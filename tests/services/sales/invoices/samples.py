"""An invoice as a draft and as it is issued, and what is paid on it and given back."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from libs.contracts.billing import Payment, PaymentMethod, Refund
from services.sales.documents.model import figured
from services.sales.invoices import model
from services.sales.invoices.model import Invoice
from services.sales.pricing.model.document import DocumentLine, PriceRequest
from tests.services.sales.pricing.samples import priced

NOW: Final = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
TODAY: Final = NOW.date()
LINES: Final = (DocumentLine(product_id="desk", quantity=Decimal(2)),)


def invoice(**asked: Any) -> Invoice:
    """A draft over what is asked."""
    terms = {name: value for name, value in PriceRequest.model_validate(asked) if name != "on"}
    customer = {"collection": "accounts", "id": "account-1", "name": "Acme"}
    draft = Invoice.model_validate({"id": "invoice-1", "name": "Desks", "customer": customer, "owner_id": "user-7"})
    return figured(draft.model_copy(update=terms), priced(**asked))


def paying(amount: Decimal | str, number: int = 1) -> Payment:
    return Payment(
        id=f"payment-{number}",
        amount=Decimal(amount),
        paid_on=TODAY,
        method=PaymentMethod.BANK_TRANSFER,
        recorded_at=NOW,
    )


def refunding(amount: Decimal | str, number: int = 1) -> Refund:
    return Refund(
        id=f"refund-{number}",
        amount=Decimal(amount),
        refunded_on=TODAY,
        method=PaymentMethod.BANK_TRANSFER,
        recorded_at=NOW,
    )


DRAFT: Final = invoice(lines=LINES)
ISSUED: Final = model.issue(DRAFT, number="INV-2026-00001", at=NOW)[0]


def types(events: tuple[Any, ...]) -> list[str]:
    return [event.type.rpartition(".")[2] for event in events]
