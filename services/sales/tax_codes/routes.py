"""Tax codes over HTTP."""

from typing import Final

from libs.web.resource import Resource
from services.sales.tax_codes import commands
from services.sales.tax_codes.model import TaxCode

RESOURCE: Final = Resource(TaxCode, create=commands.create_tax_code, change=commands.change_tax_code)
