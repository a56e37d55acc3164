"""A quote of two pages, from a company to its customer."""

from datetime import UTC, date, datetime
from typing import Any, Final

from libs.contracts.values import Address, Language
from services.sales.company_profiles.model import CompanyProfile
from services.sales.documents.model import figured
from services.sales.printing.model import Addressed, Recipient
from services.sales.quotes.letter import letter_of
from services.sales.quotes.model import Quote
from tests.services.sales.pricing.samples import price_list, priced

TODAY: Final = date(2026, 11, 22)
DAWN: Final = CompanyProfile(
    id="company-1",
    name="Dawn Interiors GmbH",
    address=Address(line1="Lindenallee 7", postal_code="20253", city="Hamburg", country="DE"),
    email="office@dawn.example",
    phone="+49 40 123456",
    website="dawn.example",
    tax_id="DE123456789",
    bank_details=("Hansebank", "IBAN DE02 1203 0000 0000 2020 51", "BIC HANSDEHH"),
    footer="Registered at Amtsgericht Hamburg, HRB 12345. Managing director: Mira Dawn.",
)
RESELLERS: Final = price_list(
    items=[
        {
            "product_id": "desk",
            "method": "percent_of_list",
            "percent": 90,
            "tiers": [{"from_quantity": 3, "percent": 2}],
        }
    ],
    otherwise={"method": "percent_of_list", "percent": 100},
)
GOODS: Final[list[dict[str, Any]]] = [
    {"product_id": "desk", "description": "Desk, oak, 160 x 80 cm", "quantity": 4, "discount": 10},
    {"product_id": "lamp", "quantity": 12},
    {"product_id": "book", "quantity": 7},
    {
        "description": "Assembly and instruction on site",
        "quantity": "2.5",
        "unit": "hour",
        "unit_price": 84,
        "tax_code": "standard",
    },
]
TERMS: Final = "Delivery within four weeks.\nPayable within 30 days without deduction."


def quote(**fields: Any) -> Quote:
    asked = {"lines": GOODS * 5, "discount": {"percent": 3}, "freight": {"amount": "14.90", "tax_code": "standard"}}
    terms = {name: fields.pop(name, known) for name, known in asked.items()}
    included = fields.get("prices_include_tax", False)
    bare = Quote.model_validate(
        {
            "id": "quote-1",
            "number": "Q-2026-000123",
            "name": "Furniture for the new office",
            "state": "active",
            "activated_at": datetime(2026, 11, 22, 9, tzinfo=UTC),
            "valid_until": date(2026, 12, 20),
            "description": "Thank you for your interest. We are pleased to offer you:",
            "terms": TERMS,
            **terms,
            **fields,
        }
    )
    return figured(bare, priced(RESELLERS, prices_include_tax=included, **terms))


def addressed(language: Language = Language.ENGLISH, **fields: Any) -> Addressed:
    address = Address(line1="Rua do Sol 12", postal_code="1200-034", city="Lisboa", country="PT")
    recipient = Recipient(("Atelier Azul Lda", "Ana Lima"), address, "ana@azul.example", language)
    return Addressed(letter_of(quote(**fields), TODAY), DAWN, recipient)
