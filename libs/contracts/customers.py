"""What the sales service announces of customers: the accounts and contacts that leads and opportunities become."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from libs.contracts.consent import Consent, ConsentProof
from libs.contracts.event import Event, Merged, Searchable, Snapshot, Unmerged
from libs.contracts.values import Day


class CustomerState(StrEnum):
    """Of accounts, contacts, and relationships between them."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class AccountSnapshot(Snapshot):
    searchable: ClassVar = Searchable("accounts", title=("name",), subtitle=("email", "phone"))

    state: CustomerState
    name: str
    email: str | None = None
    phone: str | None = None
    industry: str | None = None
    relationship: str | None = None
    parent_account_id: str | None = None
    primary_contact_id: str | None = None
    created_at: datetime | None = None


class ContactSnapshot(Snapshot):
    searchable: ClassVar = Searchable("contacts", title=("full_name",), subtitle=("email", "phone", "mobile_phone"))

    state: CustomerState
    first_name: str | None = None
    last_name: str | None = None
    full_name: str | None = None
    job_title: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile_phone: str | None = None
    birth_date: Day | None = None
    consent: Consent | None = None
    preferred_channel: str | None = None
    account_id: str | None = None
    created_at: datetime | None = None


class AccountCreated(Event[AccountSnapshot], type="sales.account.created"):
    pass


class AccountUpdated(Event[AccountSnapshot], type="sales.account.updated"):
    pass


class AccountDeleted(Event[AccountSnapshot], type="sales.account.deleted"):
    pass


class AccountRestored(Event[AccountSnapshot], type="sales.account.restored"):
    pass


class AccountMerged(Merged[AccountSnapshot], type="sales.account.merged"):
    """Other accounts were found to be the same: their ids lead to this one from now on."""


class AccountUnmerged(Unmerged[AccountSnapshot], type="sales.account.unmerged"):
    """One that had been merged into this one is an account of its own again."""


class AccountAssigned(Event[AccountSnapshot], type="sales.account.assigned"):
    pass


class AccountActivated(Event[AccountSnapshot], type="sales.account.activated"):
    pass


class AccountDeactivated(Event[AccountSnapshot], type="sales.account.deactivated"):
    pass


class ContactCreated(Event[ContactSnapshot], type="sales.contact.created"):
    pass


class ContactUpdated(Event[ContactSnapshot], type="sales.contact.updated"):
    pass


class ContactDeleted(Event[ContactSnapshot], type="sales.contact.deleted"):
    pass


class ContactRestored(Event[ContactSnapshot], type="sales.contact.restored"):
    pass


class ContactMerged(Merged[ContactSnapshot], type="sales.contact.merged"):
    """Other contacts were found to be the same: their ids lead to this one from now on."""


class ContactUnmerged(Unmerged[ContactSnapshot], type="sales.contact.unmerged"):
    """One that had been merged into this one is a contact of its own again."""


class ContactAssigned(Event[ContactSnapshot], type="sales.contact.assigned"):
    pass


class ContactActivated(Event[ContactSnapshot], type="sales.contact.activated"):
    pass


class ContactDeactivated(Event[ContactSnapshot], type="sales.contact.deactivated"):
    pass


class ContactConsentChanged(Event[ContactSnapshot], type="sales.contact.consent_changed"):
    """Somebody said by which channels they may be approached; `said` is what is new."""

    said: tuple[ConsentProof, ...]


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    AccountCreated,
    AccountUpdated,
    AccountDeleted,
    AccountRestored,
    AccountMerged,
    AccountUnmerged,
    AccountAssigned,
    AccountActivated,
    AccountDeactivated,
    ContactCreated,
    ContactUpdated,
    ContactDeleted,
    ContactRestored,
    ContactMerged,
    ContactUnmerged,
    ContactAssigned,
    ContactActivated,
    ContactDeactivated,
    ContactConsentChanged,
)
