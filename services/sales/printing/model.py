"""Letters: what all documents that customers get have in common, and to whom they go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from libs.contracts.values import Address, Language
from libs.domain.refusals import Refusal
from services.sales.company_profiles.model import CompanyProfile
from services.sales.customer_documents.model import CustomerDocument
from services.sales.opportunities.model import Prospect


class Kind(StrEnum):
    QUOTE = "quote"
    ORDER = "order"
    INVOICE = "invoice"


class Day(StrEnum):
    """Which days a letter names."""

    ISSUED = "issued"
    VALID_UNTIL = "valid_until"
    DELIVERY = "delivery"
    DUE = "due"


class SenderUnknown(Refusal):
    """Nobody has said yet in whose name documents go out."""

    code = "company_profile_missing"

    def __init__(self) -> None:
        super().__init__("an administrator first says who sends documents: POST /api/v1/company_profiles")


class NothingPriced(Refusal):
    """A document without lines has no figures to show."""

    code = "document_empty"

    def __init__(self) -> None:
        super().__init__("a document without lines has nothing to print")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One document as its reader gets it; a `draft` does not count yet. `revision` is told from the second on,
    `reference` is what the customer calls it.
    """

    kind: Kind
    document: CustomerDocument
    revision: int = 1
    draft: bool = False
    reference: str | None = None
    days: Mapping[Day, date] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        revised = f"-{self.revision}" if self.revision > 1 else ""
        return f"{self.document.number}{revised}.pdf"


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


def names_of(prospect: Prospect) -> tuple[str, ...]:
    person = " ".join(part for part in (prospect.first_name, prospect.last_name) if part)
    return tuple(name for name in (prospect.company_name, person) if name)
