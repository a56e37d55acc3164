"""Accounts over HTTP."""

from typing import Final

from libs.web.resource import Resource
from services.sales.accounts import commands
from services.sales.accounts.model import Account
from services.sales.customers import commands as customers

RESOURCE: Final = Resource(
    Account, create=commands.create_account, change=commands.change_account, restore=customers.restore_account
)
