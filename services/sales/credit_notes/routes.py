"""Credit notes over HTTP: they are read, and come into being as invoices are canceled."""

from typing import Final

from libs.web.resource import Resource
from services.sales.credit_notes.letter import letter_of
from services.sales.credit_notes.model import CreditNote
from services.sales.printing.routes import pdf_route

RESOURCE: Final = Resource(CreditNote, creatable=False, removable=False)

ROUTES: Final = (pdf_route(CreditNote, letter_of),)
