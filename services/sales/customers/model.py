"""From prospect to customer: what a prospect is recognised by, and the records that it becomes."""

from dataclasses import dataclass
from typing import Final

from libs.contracts.values import Reference
from libs.domain.people import fold, full_name
from services.sales.accounts import model as accounts
from services.sales.accounts.model import Account, AccountRelationship
from services.sales.consents.model import Proofs, carried
from services.sales.contacts import model as contacts
from services.sales.contacts.model import Contact
from services.sales.opportunities.model import Prospect

_FILLED_IN: Final = ("email", "phone", "job_title", "birth_date", "address", "account_id")


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys: a company, a person, or a person at a company."""

    account: Account | None
    contact: Contact | None

    @property
    def reference(self) -> Reference | None:
        """The company, else the person."""
        if self.account is not None:
            return Reference(collection="accounts", id=self.account.id, name=self.account.name)
        if self.contact is not None:
            return Reference(collection="contacts", id=self.contact.id, name=called(self.contact))
        return None


def called(contact: Contact) -> str | None:
    return contact.full_name or contact.email or contact.phone


def is_person(prospect: Prospect) -> bool:
    return any((prospect.first_name, prospect.last_name, prospect.email, prospect.phone))


def name_of(prospect: Prospect) -> str | None:
    return full_name(prospect.first_name, prospect.last_name)


def keys_of(prospect: Prospect) -> tuple[str, ...]:
    """What makes two prospects the same person: the e-mail, or the name and either phone or company."""
    name = name_of(prospect)
    keys = contacts.person_keys(email=prospect.email, name=name, phones=[prospect.phone] if prospect.phone else [])
    folded, company = fold(name or ""), accounts.name_key(prospect.company_name or "")
    return (*keys, f"name:{folded}|company:{company}") if folded and company else keys


def new_account(name: str, prospect: Prospect, *, id: str, owner_id: str | None) -> Account:
    return accounts.named(Account(id=id, owner_id=owner_id, name=name, address=prospect.address))


def new_contact(prospect: Prospect, *, id: str, owner_id: str | None) -> Contact:
    details = {name: getattr(prospect, name) for name in Prospect.model_fields if name in Contact.model_fields}
    return contacts.named(Contact.model_validate({"id": id, "owner_id": owner_id, **details}))


def filled_in(contact: Contact, prospect: Prospect, proofs: Proofs, *, account_id: str | None) -> Contact:
    """The contact with what it lacks and the prospect has; what it has stays. Consent comes together."""
    known = {**prospect.__dict__, "account_id": account_id}
    lacking = {name: known[name] for name in _FILLED_IN if getattr(contact, name) is None}
    return carried(contacts.named(contact.evolve(**lacking)), prospect.consent, proofs)


def sold_to(account: Account) -> Account:
    """The account once it has bought. A partner or competitor stays one."""
    if account.relationship in {AccountRelationship.PROSPECT, AccountRelationship.OTHER}:
        return account.evolve(relationship=AccountRelationship.CUSTOMER)
    return account


def represented(account: Account, contact: Contact | None) -> Account:
    """The account with a primary contact, where it had none."""
    if contact is None or account.primary_contact_id is not None:
        return account
    return account.evolve(primary_contact_id=contact.id)
