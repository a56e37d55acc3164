"""Letters: what all documents that customers get have in common, and to whom they go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final, Protocol

from libs.contracts.priced import Priced
from libs.contracts.values import Address, Language, Reference
from libs.domain.refusals import Refusal
from services.sales.company_profiles.model import CompanyProfile
from services.sales.opportunities.model import Prospect


class Kind(StrEnum):
    QUOTE = "quote"
    ORDER = "order"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Mark(StrEnum):
    """What is written across a letter that does not count yet, or any longer."""

    DRAFT = "draft"
    CANCELED = "canceled"


class Day(StrEnum):
    """Which days a letter names."""

    ISSUED = "issued"
    VALID_UNTIL = "valid_until"
    DELIVERY = "delivery"
    SUPPLIED = "supplied"
    DUE = "due"


class SenderUnknown(Refusal):
    """Nobody has said yet in whose name documents go out."""

    code = "company_profile_missing"

    def __init__(self) -> None:
        super().__init__("an administrator first says who sends documents: POST /api/v1/company_profiles")


NOBODY: Final = CompanyProfile.model_construct(id="", name="")
"""Stands for the sender, as long as nobody has said who that is."""


class NothingPriced(Refusal):
    """A document without lines has no figures to show."""

    code = "document_empty"

    def __init__(self) -> None:
        super().__init__("a document without lines has nothing to print")


class Printable(Protocol):
    """What every document says that is printed. The draft of an invoice has no `number`."""

    collection: ClassVar[str]

    @property
    def number(self) -> str | None: ...
    @property
    def name(self) -> str: ...
    @property
    def customer(self) -> Reference | None: ...
    @property
    def contact_id(self) -> str | None: ...
    @property
    def billing_address(self) -> Address | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def prices_include_tax(self) -> bool: ...
    @property
    def priced(self) -> Priced | None: ...
    @property
    def total_amount(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of the total, what is owed of it still, and how to pay that. A balance below zero is owed to the
    reader.
    """

    paid: Decimal
    credited: Decimal
    balance: Decimal
    remittance: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One document as its reader gets it. `revision` is told from the second on, `reference` is what the customer calls
    it, `invoice_number` is of what it takes back, `delivery` where it goes.
    """

    kind: Kind
    document: Printable
    prospect: Prospect | None = None
    revision: int = 1
    mark: Mark | None = None
    reference: str | None = None
    invoice_number: str | None = None
    days: Mapping[Day, date | None] = field(default_factory=dict)
    introduction: str | None = None
    terms: str | None = None
    delivery: Address | None = None
    settlement: Settlement | None = None

    @property
    def file_name(self) -> str:
        revised = f"-{self.revision}" if self.revision > 1 else ""
        return f"{self.document.number or self.kind}{revised}.pdf"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who reads it: `names` as the first lines of the address."""

    names: tuple[str, ...]
    address: Address | None
    email: str | None
    language: Language


@dataclass(frozen=True, slots=True)
class Addressed:
    """A letter with all that it takes to print it."""

    letter: Letter
    sender: CompanyProfile
    recipient: Recipient

    @property
    def file_name(self) -> str:
        return self.letter.file_name


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter of which every word and figure stands fast: the JSON that its template takes."""

    file_name: str
    content: bytes


def names_of(prospect: Prospect) -> tuple[str, ...]:
    person = " ".join(part for part in (prospect.first_name, prospect.last_name) if part)
    return tuple(name for name in (prospect.company_name, person) if name)
