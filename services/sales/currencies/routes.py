"""Currencies over HTTP."""

from typing import Final

from libs.web.resource import Resource
from services.sales.currencies import commands
from services.sales.currencies.model import Currency

RESOURCE: Final = Resource(Currency, create=commands.create_currency, change=commands.change_currency)
