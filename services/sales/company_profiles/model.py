"""The company profile: who we are to those who get our documents."""

from typing import Annotated, ClassVar

from pydantic import Field

from libs.contracts.values import Address, Language
from libs.domain.fields import LISTED, Line
from libs.domain.people import Email, Phone
from libs.domain.personal import Personal
from libs.domain.record import Index, Record
from services.sales.numbering.model import Prefixes


class CompanyProfile(Record, collection="company_profiles", aggregate="sales.company_profile"):
    """Documents come from the oldest profile that is active. `bank_details` are lines as they are to be printed,
    `footer` is a note below them; `language` is for customers of whom none is known. From a change of its
    `number_prefixes` on, the next documents have the next numbers with these.
    """

    personal = Personal(kept=("name", "address", "email", "phone"))
    indexes: ClassVar[tuple[Index, ...]] = (Index(("state",)),)

    name: Annotated[Line, LISTED]
    address: Address | None = None
    email: Email | None = None
    phone: Phone | None = None
    website: Line | None = None
    tax_id: Line | None = None
    bank_details: Annotated[tuple[Line, ...], Field(max_length=5)] = ()
    footer: Annotated[str, Field(max_length=300)] | None = None
    language: Language = Language.ENGLISH
    number_prefixes: Prefixes = Prefixes()
