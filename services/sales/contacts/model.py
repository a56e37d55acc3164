"""The contact: an individual, alone or at an account."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from libs.contracts.values import Address, Day, Language
from libs.domain.fields import GUARDED, INDEXED, LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.merging import completed
from libs.domain.people import Email, NamePart, Phone, fold, full_name, phone_key
from libs.domain.personal import Personal
from libs.domain.refusals import InvalidFields
from services.sales.addresses.model import ADDRESSES, Located
from services.sales.consents.model import Consenting, carried


class PreferredChannel(StrEnum):
    ANY = "any"
    EMAIL = "email"
    PHONE = "phone"
    SMS = "sms"
    LETTER = "letter"
    FAX = "fax"
    SOCIAL = "social"


class Contact(Consenting, Located, collection="contacts", aggregate="sales.contact"):
    """`person_keys` are what this person is recognised by."""

    mergeable = True
    parent = "account_id"
    personal = Personal(
        cleared=(
            "description", "first_name", "last_name", "full_name", "job_title", "email", "phone", "mobile_phone",
            "person_keys", "birth_date", *ADDRESSES, "other_address", "tags", "custom",
        ),
        kept=("consent", "consent_proofs"),
        emails=("email",),
        phones=("phone", "mobile_phone"),
        names=("first_name", "last_name", "full_name"),
    )  # fmt: skip

    first_name: Annotated[NamePart | None, LISTED] = None
    last_name: Annotated[NamePart | None, LISTED] = None
    full_name: Annotated[str | None, GUARDED, INDEXED, SEARCHED] = None
    description: Text | None = None
    account_id: Annotated[str | None, INDEXED, Lookup.to("accounts")] = None
    email: Annotated[Email | None, INDEXED, SEARCHED] = None
    phone: Annotated[Phone | None, LISTED, SEARCHED] = None
    mobile_phone: Annotated[Phone | None, LISTED, SEARCHED] = None
    person_keys: Annotated[tuple[str, ...], GUARDED, INDEXED] = ()
    job_title: Annotated[Line | None, LISTED] = None
    birth_date: Annotated[Day | None, INDEXED] = None
    other_address: Annotated[Address | None, INDEXED] = None
    preferred_channel: Annotated[PreferredChannel | None, LISTED] = None
    language: Annotated[Language | None, LISTED] = None


def named(contact: Contact) -> Contact:
    """The contact with the fields that follow from others; raises `InvalidFields` if it tells of nobody."""
    name = full_name(contact.first_name, contact.last_name)
    phones = [phone for phone in (contact.phone, contact.mobile_phone) if phone]
    if not (name or contact.email or phones):
        raise InvalidFields.at("/last_name", "missing", "give a name, an e-mail or a phone number")
    keys = person_keys(email=contact.email, name=name, phones=phones)
    return contact.model_copy(update={"full_name": name, "person_keys": keys})


def combined(contact: Contact, duplicate: Contact) -> Contact:
    """What a contact becomes by another entry of the same person."""
    both = completed(contact, duplicate).evolve(consent=contact.consent)
    return carried(both, duplicate.consent, duplicate.consent_proofs)


def person_keys(*, email: str | None, name: str | None, phones: Iterable[str]) -> tuple[str, ...]:
    """What makes two entries the same person: the e-mail, or the name and a phone number. The surest comes first.

    Somebody without a name is known by the phone number alone, but never taken for somebody who has one.
    """
    by_email = [f"email:{email}"] if email else []
    by_phone = [f"name:{fold(name or '')}|phone:{phone_key(phone)}" for phone in phones]
    return tuple(dict.fromkeys([*by_email, *by_phone]))
