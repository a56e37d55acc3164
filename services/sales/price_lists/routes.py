"""Price lists over HTTP."""

from typing import Final

from libs.web.resource import Resource
from services.sales.price_lists import commands
from services.sales.price_lists.model import PriceList

RESOURCE: Final = Resource(PriceList, create=commands.create_price_list, change=commands.change_price_list)
