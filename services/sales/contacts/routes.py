"""Contacts over HTTP."""

from typing import Final

from libs.contracts.customers import ContactMerged, ContactUnmerged
from libs.store.merging import Merging
from libs.web.resource import Resource
from services.sales.consents.routes import consent_action
from services.sales.contacts import commands, model
from services.sales.contacts.model import Contact
from services.sales.customers import commands as customers

MERGING: Final = Merging(
    Contact, ContactMerged, ContactUnmerged, combine=model.combined, settle=commands.settle_contact
)

RESOURCE: Final = Resource(
    Contact,
    create=commands.create_contact,
    change=commands.change_contact,
    restore=customers.restore_contact,
    merging=MERGING,
    actions=(consent_action(Contact),),
)
