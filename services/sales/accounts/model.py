"""The account: a company that has something to do with us."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.values import Amount, Currency, Language
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.merging import completed
from libs.domain.people import Email, Phone, fold
from libs.domain.personal import Personal
from libs.domain.refusals import InvalidFields, Refusal
from services.sales.addresses.model import ADDRESSES, Located

MOST_LEVELS: Final = 50
"""How deep a hierarchy of accounts may be."""


class AccountRelationship(StrEnum):
    PROSPECT = "prospect"
    CUSTOMER = "customer"
    PARTNER = "partner"
    COMPETITOR = "competitor"
    OTHER = "other"


class Account(Located, collection="accounts", aggregate="sales.account"):
    """`name_key` is the name as it is compared. A company is no person: what it says of itself stays."""

    mergeable = True
    personal = Personal(kept=("name", "name_key", "email", "phone", *ADDRESSES))

    parent = "parent_account_id"

    name: Annotated[Line, INDEXED, SEARCHED]
    name_key: Annotated[str | None, GUARDED, INDEXED] = None
    description: Text | None = None
    industry: Annotated[Line | None, LISTED] = None
    employees: Annotated[int | None, Field(ge=0), LISTED] = None
    annual_revenue: Annotated[Amount | None, LISTED] = None
    currency: Annotated[Currency, LISTED] = "EUR"
    email: Annotated[Email | None, INDEXED, SEARCHED] = None
    phone: Annotated[Phone | None, LISTED, SEARCHED] = None
    website: Annotated[Line | None, LISTED] = None
    language: Annotated[Language | None, LISTED] = None
    relationship: Annotated[AccountRelationship, LISTED] = AccountRelationship.PROSPECT
    parent_account_id: Annotated[str | None, INDEXED, Lookup.to("accounts")] = None
    primary_contact_id: Annotated[str | None, LISTED, Lookup.to("contacts")] = None


class BeneathDuplicate(Refusal):
    """What belongs to the duplicate will belong to the survivor, which must not come to belong to itself."""

    code = "beneath_duplicate"


def named(account: Account) -> Account:
    """The account with the fields that follow from others."""
    return account.model_copy(update={"name_key": name_key(account.name)})


def name_key(name: str) -> str | None:
    """A company's name as it is compared, None where nothing of it can be."""
    return fold(name) or None


def combined(account: Account, duplicate: Account) -> Account:
    """What an account becomes by another entry of the same company. It stays where it belongs, or, beneath the other
    one, comes to belong where that did.
    """
    valued = account.annual_revenue is None and duplicate.annual_revenue is not None
    beneath = account.parent_account_id == duplicate.id
    return completed(account, duplicate).evolve(
        parent_account_id=duplicate.parent_account_id if beneath else account.parent_account_id,
        currency=duplicate.currency if valued else account.currency,
    )


def refuse_beneath(ancestor_ids: Iterable[str], duplicate_ids: Iterable[str]) -> None:
    """`ancestor_ids` are those that a survivor is to have."""
    if between := set(ancestor_ids).intersection(duplicate_ids):
        raise BeneathDuplicate("the account belongs to one that belongs to the duplicate", duplicate=min(between))


def refuse_cycle(account: Account, ancestor_ids: list[str]) -> None:
    """`ancestor_ids` are those of the wanted parent and of all above it."""
    if account.id in ancestor_ids:
        raise InvalidFields.at("/parent_account_id", "cycle", "the parent belongs to this account itself")
    if len(ancestor_ids) >= MOST_LEVELS:
        raise InvalidFields.at("/parent_account_id", "too_deep", f"at most {MOST_LEVELS} levels")
