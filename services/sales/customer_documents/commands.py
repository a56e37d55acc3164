"""Whom a document is for, and the addresses that it takes from them."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from libs.contracts.values import Address, Reference
from libs.store.work import UnitOfWork
from services.sales.accounts.model import Account
from services.sales.addresses.model import billed_at, supplied_at
from services.sales.contacts.model import Contact
from services.sales.customer_documents.model import CustomerDocument
from services.sales.opportunities.model import Prospect

D = TypeVar("D", bound=CustomerDocument)


class ForCustomer(Protocol):
    """What says whom a document is for."""

    @property
    def customer(self) -> Reference | None: ...
    @property
    def contact_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Parties:
    """Whom a document is for, as they are known now: the customer, the person named there, or who may become one."""

    customer: Account | Contact | None
    person: Contact | None
    prospect: Prospect | None = None

    @property
    def known(self) -> tuple[Account | Contact, ...]:
        """The customer first."""
        return tuple(each for each in (self.customer, self.person) if each is not None)

    @property
    def billed_at(self) -> Address | None:
        return next(filter(None, map(billed_at, self.known)), self._asked_from)

    @property
    def supplied_at(self) -> Address | None:
        return next(filter(None, map(supplied_at, self.known)), self._asked_from)

    @property
    def _asked_from(self) -> Address | None:
        return self.prospect.address if self.prospect else None


async def addressed(work: UnitOfWork, document: D) -> D:
    """The document with the addresses of whom it is for, where it names none: what they are told stays as it was."""
    found = await parties(work, document, document.prospect)
    taken = {
        "billing_address": document.billing_address or found.billed_at,
        "shipping_address": document.shipping_address or found.supplied_at,
    }
    return document.model_copy(update=taken)


async def parties(work: UnitOfWork, document: ForCustomer, prospect: Prospect | None = None) -> Parties:
    """The parties that are still there; those who are gone are left out."""
    person = await work.look_up(Contact, document.contact_id) if document.contact_id else None
    return Parties(await _customer(work, document.customer), person, prospect)


async def _customer(work: UnitOfWork, customer: Reference | None) -> Account | Contact | None:
    if customer is None:
        return None
    if customer.collection == Contact.collection:
        return await work.look_up(Contact, customer.id)
    return await work.look_up(Account, customer.id)
