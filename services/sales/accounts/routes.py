"""Accounts over HTTP."""

from typing import Final

from libs.contracts.customers import AccountMerged, AccountUnmerged
from libs.store.merging import Merging
from libs.web.resource import Resource
from services.sales.accounts import commands, model
from services.sales.accounts.model import Account
from services.sales.customers import commands as customers

MERGING: Final = Merging(
    Account,
    AccountMerged,
    AccountUnmerged,
    combine=model.combined,
    settle=commands.settle_account,
    vet=commands.vet_merge,
)

RESOURCE: Final = Resource(
    Account,
    create=commands.create_account,
    change=commands.change_account,
    restore=customers.restore_account,
    merging=MERGING,
)
