"""The sales service on one page."""

from typing import Final

from aiohttp import web

from libs.privacy.finding import Portable
from libs.web.assembling import create_app
from libs.web.completing import completing
from libs.web.references import reference_copies
from libs.web.service import Service
from libs.web.settings import ServiceSettings
from services.sales.accounts import routes as accounts
from services.sales.assignment_rules import routes as assignment_rules
from services.sales.assignment_rules.model import AssignmentRule
from services.sales.company_profiles import routes as company_profiles
from services.sales.competitors import routes as competitors
from services.sales.contacts import routes as contacts
from services.sales.conversions import consumers as conversions
from services.sales.conversions.model import ConversionRefusal
from services.sales.credit_notes import routes as credit_notes
from services.sales.currencies import routes as currencies
from services.sales.customers import consumers as customers
from services.sales.forecasts import routes as forecasts
from services.sales.goals import routes as goals
from services.sales.hierarchy import routes as hierarchy
from services.sales.intake import consumers as intake
from services.sales.invoices import commands as invoicing
from services.sales.invoices import routes as invoices
from services.sales.issued_letters import commands as issued_letters
from services.sales.leads import routes as leads
from services.sales.leads.model import Lead
from services.sales.letter_mails import routes as letter_mails
from services.sales.letter_mails.sending import letter_mails as letter_mail_job
from services.sales.opportunities import routes as opportunities
from services.sales.orders import routes as orders
from services.sales.pipelines import routes as pipelines
from services.sales.pipelines.first import make_default_pipeline
from services.sales.price_lists import routes as price_lists
from services.sales.pricing import routes as pricing
from services.sales.printing.typesetter import typesetting
from services.sales.products import routes as products
from services.sales.quote_links import routes as quote_links
from services.sales.quote_mails import routes as quote_mails
from services.sales.quote_mails.sending import quote_mails as quote_mail_job
from services.sales.quotes import routes as quotes
from services.sales.relationships import consumers as relationship_consumers
from services.sales.relationships import routes as relationships
from services.sales.rotting import consumers as rotting
from services.sales.scoring_rules import routes as scoring_rules
from services.sales.scoring_rules import scoring
from services.sales.scoring_rules.first import make_default_rules
from services.sales.scoring_rules.model import ScoringRule
from services.sales.tax_codes import routes as tax_codes

SALES: Final = Service(
    name="sales",
    resources=(
        leads.RESOURCE,
        opportunities.RESOURCE,
        pipelines.RESOURCE,
        goals.RESOURCE,
        accounts.RESOURCE,
        contacts.RESOURCE,
        relationships.RESOURCE,
        quotes.RESOURCE,
        orders.RESOURCE,
        invoices.RESOURCE,
        credit_notes.RESOURCE,
        competitors.RESOURCE,
        products.RESOURCE,
        price_lists.RESOURCE,
        tax_codes.RESOURCE,
        currencies.RESOURCE,
        company_profiles.RESOURCE,
        scoring_rules.RESOURCE,
        assignment_rules.RESOURCE,
    ),
    routes=(
        *hierarchy.ROUTES,
        *pricing.ROUTES,
        *competitors.ROUTES,
        *goals.ROUTES,
        *forecasts.ROUTES,
        *quotes.ROUTES,
        *orders.ROUTES,
        *invoices.ROUTES,
        *credit_notes.ROUTES,
        *quote_links.ROUTES,
        *quote_mails.ROUTES,
        *letter_mails.ROUTES,
    ),
    portable=(Portable(issued_letters.COLLECTION, "_id", alone=True),),
    attachments=(
        typesetting,
        completing("default pipeline", make_default_pipeline, again_after=1.0, needed=True),
        completing("scoring rules", make_default_rules, again_after=1.0, needed=True),
    ),
    sending=(quote_mail_job, letter_mail_job),
    timers=(invoicing.invoice_due,),
    jobs=(scoring.RESCORING,),
    definitions=(ScoringRule, AssignmentRule),
    figures={Lead: scoring.figures},
    movers=(relationship_consumers.follow_merges,),
    records=(ConversionRefusal,),
    consumers=(intake.take_in_response, conversions.convert_response, customers.convert_prospect),
    projections=(
        rotting.note_activities,
        rotting.follow_pipelines,
        reference_copies("marketing.campaign.*"),
    ),
)


async def make_app(settings: ServiceSettings) -> web.Application:
    return await create_app(SALES, settings)
