"""What is offered: the catalogue and the documents of sales, every field with a value."""

from collections.abc import Mapping
from typing import Any, Final

from libs.domain.record import Record
from services.sales.company_profiles.model import CompanyProfile
from services.sales.competitors.model import Competitor
from services.sales.credit_notes.model import CreditNote
from services.sales.currencies.model import Currency
from services.sales.goals.model import Goal
from services.sales.invoices.model import Invoice
from services.sales.orders.model import Order
from services.sales.pipelines.model import Pipeline
from services.sales.price_lists.model import PriceList
from services.sales.products.model import Product
from services.sales.quotes.model import Quote
from services.sales.tax_codes.model import TaxCode
from tests.contracts.parts import ADDRESS, LATER, NOW, PERSON, id_of

PRODUCT, BUNDLE, PRICE_LIST, TAX_CODE, CURRENCY, COMPETITOR, QUOTE, REVISION, ORDER = map(id_of, range(211, 220))
COMPANY: Final = id_of(229)
INVOICE, CREDIT_NOTE, PAYMENT, BOUNCED, REFUND = map(id_of, range(241, 246))
PIPELINE, GOAL = id_of(231), id_of(232)
OWNER: Final = id_of(1)
BUYER: Final = {"collection": "accounts", "id": id_of(6), "name": "Atelier Azul"}

DOCUMENT: Final[Mapping[str, Any]] = {
    "price_list_id": PRICE_LIST,
    "lines": [
        {
            "product_id": PRODUCT,
            "description": "Desk, oak",
            "quantity": "2",
            "unit": "piece",
            "unit_price": "100.00",
            "discount": "20.00",
            "tax_code": "standard",
        },
    ],
    "discount": {"percent": "5", "amount": "1.00"},
    "freight": {"amount": "10.00", "tax_code": "standard"},
    "prices_include_tax": False,
    "priced": {
        "on": "2026-11-20",
        "lines": [
            {
                "product_id": PRODUCT,
                "sku": "DESK-1",
                "description": "Desk, oak",
                "quantity": "2",
                "unit": "piece",
                "unit_price": "100.00",
                "volume_discount": "0.00",
                "discount": "20.00",
                "amount": "180.00",
                "discount_share": "10.00",
                "tax_code": "standard",
                "tax_percent": "23",
                "net": "170.00",
                "tax": "39.10",
                "total": "209.10",
            },
        ],
        "taxes": [{"tax_code": "standard", "percent": "23", "net": "180.00", "tax": "41.40"}],
        "subtotal": "180.00",
        "discount": "10.00",
        "freight": "10.00",
        "freight_tax": "2.30",
        "net": "180.00",
        "tax": "41.40",
        "total": "221.40",
    },
    "net_amount": "180.00",
    "tax_amount": "41.40",
    "total_amount": "221.40",
}

FOR_CUSTOMER: Final[Mapping[str, Any]] = {
    **DOCUMENT,
    "name": "Desks",
    "description": "For the new office.",
    "customer": BUYER,
    "contact_id": id_of(7),
    "prospect": {**PERSON, "company_name": "Atelier Azul"},
    "opportunity_id": id_of(5),
    "terms": "Payable within 30 days.",
    "billing_address": ADDRESS,
    "shipping_address": ADDRESS,
}

OFFERS: Final[Mapping[type[Record], Mapping[str, Any]]] = {
    Quote: {
        **FOR_CUSTOMER,
        "id": QUOTE,
        "status_reason": "revised",
        "number": "Q-2026-000001",
        "revision": 1,
        "valid_from": "2026-11-20",
        "valid_until": "2026-12-20",
        "activated_at": NOW,
        "closed_at": LATER,
        "decline_reason": "Too late.",
        "next_revision_id": REVISION,
        "order_id": ORDER,
        "sent_at": NOW,
        "link": {"id": id_of(230), "expires_at": LATER},
        "acceptance": {
            "name": "Ana Costa",
            "at": LATER,
            "address": "192.0.2.1",
            "wording": "I accept quote Q-2026-000001.",
        },
    },
    Order: {
        **FOR_CUSTOMER,
        "id": ORDER,
        "status_reason": "new",
        "number": "O-2026-000001",
        "lines": [{**DOCUMENT["lines"][0], "id": "1", "quantity_fulfilled": "1", "quantity_invoiced": "1"}],
        "quote_id": QUOTE,
        "customer_reference": "PO-4711",
        "delivery_date": "2026-12-01",
        "submitted_at": NOW,
        "delivered_at": LATER,
        "fulfilled_at": LATER,
        "canceled_at": LATER,
        "sent_at": LATER,
    },
    CompanyProfile: {
        "id": COMPANY,
        "name": "Dawn Interiors GmbH",
        "address": ADDRESS,
        "email": "office@dawn.example",
        "phone": "+494012345678",
        "website": "dawn.example",
        "tax_id": "DE123456789",
        "bank_details": ["Hansebank", "IBAN DE02 1203 0000 0000 2020 51"],
        "footer": "Managing director: Mira Dawn.",
        "language": "de",
        "number_prefixes": {"quotes": "AN", "orders": "AU", "invoices": "RE", "credit_notes": "GU"},
    },
    Invoice: {
        **DOCUMENT,
        "id": INVOICE,
        "status_reason": "entered",
        "number": "INV-2026-00001",
        "name": "Desks",
        "description": "As delivered.",
        "customer": BUYER,
        "contact_id": id_of(7),
        "billing_address": ADDRESS,
        "terms": "Ours until it is paid.",
        "remittance_text": "To account 12345, naming the number.",
        "payment_days": 30,
        "supplied_on": "2026-11-20",
        "due_date": "2026-12-20",
        "issued_at": NOW,
        "order_id": ORDER,
        "order_lines": [{"line_id": "1", "quantity": "2"}],
        "payments": [
            {
                "id": PAYMENT,
                "amount": "221.40",
                "paid_on": "2026-11-21",
                "method": "bank_transfer",
                "reference": "INV-2026-00001",
                "recorded_at": LATER,
                "recorded_by": id_of(1),
            },
            {
                "id": BOUNCED,
                "amount": "221.40",
                "paid_on": "2026-11-20",
                "method": "direct_debit",
                "recorded_at": NOW,
                "recorded_by": id_of(1),
                "reversal": {"reason": "Called back by the bank.", "recorded_at": LATER, "recorded_by": id_of(1)},
            },
        ],
        "refunds": [
            {
                "id": REFUND,
                "amount": "21.40",
                "refunded_on": "2026-11-21",
                "method": "bank_transfer",
                "reference": "statement 9",
                "recorded_at": LATER,
                "recorded_by": id_of(1),
            },
        ],
        "paid_amount": "221.40",
        "refunded_amount": "21.40",
        "credited_amount": "221.40",
        "balance_amount": "-200.00",
        "paid_at": LATER,
        "canceled_at": LATER,
        "cancel_reason": "Sent back.",
        "credit_note_id": CREDIT_NOTE,
        "sent_at": LATER,
        "retained_until": "2036-12-31",
    },
    CreditNote: {
        **{
            name: DOCUMENT[name]
            for name in ("prices_include_tax", "priced", "net_amount", "tax_amount", "total_amount")
        },
        "id": CREDIT_NOTE,
        "status_reason": "whole",
        "number": "CN-2026-00001",
        "name": "Desks",
        "reason": "Sent back.",
        "invoice_id": INVOICE,
        "invoice_number": "INV-2026-00001",
        "customer": BUYER,
        "contact_id": id_of(7),
        "billing_address": ADDRESS,
        "currency": "EUR",
        "issued_at": LATER,
        "sent_at": LATER,
        "retained_until": "2036-12-31",
    },
    Competitor: {
        "id": COMPETITOR,
        "name": "Globex",
        "website": "https://globex.example",
        "strengths": "Delivers within a day.",
        "weaknesses": "Nobody answers the phone.",
    },
    Product: {
        "id": BUNDLE,
        "sku": "DESK-SET",
        "name": "Desk with lamp",
        "description": "Oak and brass.",
        "kind": "bundle",
        "unit": "set",
        "list_price": "480.00",
        "cost": "300.00",
        "tax_code": "standard",
        "family": "Furniture",
        "features": [{"name": "Colour", "value": "Oak"}],
        "components": [{"product_id": PRODUCT, "quantity": "1", "required": True}],
    },
    PriceList: {
        "id": PRICE_LIST,
        "name": "Resellers",
        "description": "For those who sell on.",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
        "items": [
            {
                "product_id": PRODUCT,
                "method": "markup",
                "percent": "40",
                "rounding": {"direction": "up", "to": "1", "less": "0.01"},
                "tiers": [{"from_quantity": "10", "percent": "5"}],
            },
        ],
        "otherwise": {"method": "percent_of_list", "percent": "90"},
    },
    Pipeline: {
        "id": PIPELINE,
        "name": "Renewals",
        "description": "Of contracts that end within a year.",
        "stages": [
            {
                "name": "asked",
                "label": "Asked",
                "probability": 40,
                "forecast_category": "best_case",
                "required_fields": ["close_date"],
                "rots_after_days": 14,
            },
        ],
    },
    Goal: {
        "id": GOAL,
        "name": "Quarter",
        "description": "Renewals of the north.",
        "metric": "won_value",
        "user_id": OWNER,
        "team_id": id_of(15),
        "starts_on": "2026-10-01",
        "ends_on": "2026-12-31",
        "target": "100000.00",
        "parent_goal_id": id_of(233),
    },
    TaxCode: {
        "id": TAX_CODE,
        "code": "standard",
        "name": "Value added tax",
        "rates": [{"valid_from": "2011-01-01", "percent": "23"}],
    },
    Currency: {
        "id": CURRENCY,
        "code": "USD",
        "name": "US dollar",
        "rates": [{"valid_from": "2026-11-01", "rate": "1.0845"}],
    },
}
