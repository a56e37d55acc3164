"""Contacts over HTTP."""

from typing import Final

from libs.web.resource import Resource
from services.sales.contacts import commands
from services.sales.contacts.model import Contact

RESOURCE: Final = Resource(Contact, create=commands.create_contact, change=commands.change_contact)
