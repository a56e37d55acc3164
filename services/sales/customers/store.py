"""Finding the records that a prospect may already be, and claiming what it is recognised by.

Records take claims in the commit that makes or restores them: of two commands that both found nobody the second runs
again and finds the first one's record. A claim is read before the records are, so that none can slip in between.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from libs.domain.record import Record
from libs.domain.refusals import NotRestorable
from libs.store.work import UnitOfWork
from services.sales.accounts import model as accounts
from services.sales.accounts import store as account_store
from services.sales.accounts.model import Account
from services.sales.contacts import store as contact_store
from services.sales.contacts.model import Contact
from services.sales.customers import model
from services.sales.opportunities.model import Prospect

PERSON: Final = "customer"
COMPANY: Final = "account"

R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class Claims:
    """The claims of one kind that a search met, and who held each."""

    kind: str
    holders: dict[str, str | None] = field(default_factory=dict)

    async def holder(self, work: UnitOfWork, record_type: type[R], key: str) -> R | None:
        """The record that holds the claim, unless it is gone."""
        self.holders[key] = holder = await work.claimed_by(self.kind, key)
        return None if holder is None else await work.look_up(record_type, holder)

    def take(self, work: UnitOfWork, taker: str) -> None:
        """All of them for a record that comes in; those of records that are gone pass on to it."""
        for key, holder in self.holders.items():
            work.pass_claim(self.kind, key, giver=holder, taker=taker)


async def claim_again(work: UnitOfWork, record: Record, claims: Claims, keys: Iterable[str]) -> None:
    """Claims what a restored record is recognised by; raises `NotRestorable` where another became that customer."""
    for key in keys:
        if (other := await claims.holder(work, type(record), key)) is not None:
            raise NotRestorable("another record has become this customer", taken_by=other.id)
    claims.take(work, record.id)


async def find_contact(work: UnitOfWork, prospect: Prospect, claims: Claims) -> Contact | None:
    """Who has the prospect's e-mail, else its name and phone, else its name at its company."""
    for key in model.keys_of(prospect):
        contact = await claims.holder(work, Contact, key) or await contact_store.by_person_key(work, key)
        if contact is not None:
            return contact
    name, company = model.name_of(prospect), accounts.name_key(prospect.company_name or "")
    account = await account_store.by_name(work, company) if name and company else None
    return await contact_store.by_name_at(work, account.id, name) if account and name else None


async def find_account(work: UnitOfWork, prospect: Prospect, contact: Contact | None, claims: Claims) -> Account | None:
    """The company where a known contact works, else the one with the name that the prospect tells."""
    if contact is not None and contact.account_id is not None:
        account = await work.look_up(Account, contact.account_id)
        if account is not None:
            return account
    key = accounts.name_key(prospect.company_name or "")
    if key is None:
        return None
    return await claims.holder(work, Account, key) or await account_store.by_name(work, key)
