"""Contacts over HTTP."""

from typing import Final

from libs.web.resource import Resource
from services.sales.contacts import commands
from services.sales.contacts.model import Contact
from services.sales.customers import commands as customers

RESOURCE: Final = Resource(
    Contact, create=commands.create_contact, change=commands.change_contact, restore=customers.restore_contact
)
