"""Quotes over HTTP."""

from typing import Final

from libs.web.resource import Action, Resource
from services.sales.printing.routes import pdf_route
from services.sales.quotes import commands
from services.sales.quotes.commands import DeclineQuote, RevisedQuote
from services.sales.quotes.letter import letter_of
from services.sales.quotes.model import Quote

RESOURCE: Final = Resource(
    Quote,
    create=commands.create_quote,
    change=commands.change_quote,
    actions=(
        Action("activate", commands.activate_quote, "It is offered from now on", None, Quote),
        Action("reprice", commands.reprice_quote, "Calculate a draft again with the prices of today", None, Quote),
        Action("accept", commands.accept_quote, "The customer takes the offer", None, Quote),
        Action("decline", commands.decline_quote, "The customer does not want it", DeclineQuote, Quote),
        Action("cancel", commands.cancel_quote, "We do not offer it any longer", None, Quote),
        Action("revise", commands.revise_quote, "Open the next revision in its place", None, RevisedQuote),
    ),
)

ROUTES: Final = (pdf_route(Quote, letter_of),)
