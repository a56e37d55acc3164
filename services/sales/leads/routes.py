"""Leads over HTTP."""

from typing import Final

from libs.contracts.sales import LeadMerged, LeadUnmerged
from libs.store.merging import Merging
from libs.web.resource import Action, Resource
from services.sales.consents.routes import consent_action
from services.sales.leads import commands, model
from services.sales.leads.commands import DisqualifyLead, QualifiedLead, QualifyLead
from services.sales.leads.model import Lead

MERGING: Final = Merging(Lead, LeadMerged, LeadUnmerged, combine=model.combined, settle=commands.settle_lead)

RESOURCE: Final = Resource(
    Lead,
    create=commands.create_lead,
    change=commands.change_lead,
    restore=commands.restore_lead,
    merging=MERGING,
    actions=(
        Action("contact", commands.contact_lead, "Somebody has spoken with the lead", None, Lead),
        Action("qualify", commands.qualify_lead, "Turn the lead into an opportunity", QualifyLead, QualifiedLead),
        Action("disqualify", commands.disqualify_lead, "Give the lead up", DisqualifyLead, Lead),
        Action("reactivate", commands.reactivate_lead, "Open a lead that was given up", None, Lead),
        consent_action(Lead),
    ),
)
