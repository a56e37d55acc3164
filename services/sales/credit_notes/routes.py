"""Credit notes over HTTP: they are read, and come into being as invoices are canceled."""

from typing import Final

from libs.web.resource import Resource
from services.sales.credit_notes.letter import letter_of
from services.sales.credit_notes.model import CreditNote
from services.sales.issued_letters.routes import issued_pdf_route

RESOURCE: Final = Resource(CreditNote, creatable=False, removable=False)

ROUTES: Final = (issued_pdf_route(CreditNote, letter_of),)
