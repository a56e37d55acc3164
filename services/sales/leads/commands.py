"""What people do with leads."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from libs.contracts.sales import DisqualifyReason
from libs.contracts.values import Amount, Currency, Day, Value
from libs.domain.fields import Line
from libs.domain.grants import Operation, may
from libs.domain.record import Draft, Record
from libs.domain.refusals import Forbidden, InvalidFields, NotRestorable
from libs.store.claiming import claim, holder_of
from libs.store.work import UnitOfWork
from services.sales.accounts.model import Account
from services.sales.assignment_rules import commands as assignment_rules
from services.sales.consents import commands as consent_commands
from services.sales.consents import model as consents
from services.sales.contacts.model import Contact
from services.sales.customers import commands as customers
from services.sales.customers.model import Customer
from services.sales.leads import model, store
from services.sales.leads.model import Lead
from services.sales.opportunities import model as opportunities
from services.sales.opportunities import store as opportunity_store
from services.sales.opportunities.model import Opportunity, Prospect
from services.sales.pipelines import store as pipelines
from services.sales.pipelines.model import DEFAULT_ID, Pipeline
from services.sales.stages import model as stages

R = TypeVar("R", bound=Record)


class QualifyLead(Value):
    """What the opportunity is to be. A customer is linked, or made at once, or left until the sale is won. In another
    currency than the lead's its estimate is not taken over.
    """

    account_id: Line | None = None
    contact_id: Line | None = None
    create_customer: bool = False
    name: Line | None = None
    estimated_value: Amount | None = None
    currency: Currency | None = None
    close_date: Day | None = None
    pipeline_id: Line | None = None


class DisqualifyLead(Value):
    reason: DisqualifyReason = DisqualifyReason.LOST


class QualifiedLead(BaseModel):
    """What qualifying answers."""

    lead: Lead
    opportunity: Opportunity


async def create_lead(work: UnitOfWork, draft: Draft) -> Lead:
    """It goes to whom the caller says, else to whom an assignment rule says, else it is the caller's own."""
    new = model.named(Lead.drafted(draft, id=work.new_id()))
    lead = consents.noted(None, new, at=work.now, by=work.context.actor_id)
    if lead.owner_id is None:
        return await assignment_rules.add_lead(work, lead)
    await _require_owner(work, lead.owner_id)
    return work.add(lead)


async def _require_owner(work: UnitOfWork, owner_id: str) -> None:
    """Raises `InvalidFields` where that is nobody, and `Forbidden` where the caller may not give leads to others."""
    if owner_id == work.context.actor_id:
        return
    if await work.store.people.principal(owner_id) is None:
        raise InvalidFields.at("/owner_id", "unknown_reference", "no active user or team has this id")
    if not may(work.context.grants, Lead.collection, Operation.ASSIGN):
        raise Forbidden("your roles do not allow to assign leads", collection=Lead.collection)


async def change_lead(work: UnitOfWork, current: Lead, wanted: Lead) -> Lead:
    settled = await settle_lead(work, current, wanted)
    lead = consents.noted(current.consent, settled, at=work.now, by=work.context.actor_id)
    return work.save(lead, *consents.announced(current, lead))


async def settle_lead(_: UnitOfWork, __: Lead, wanted: Lead) -> Lead:
    """The lead as it may be saved."""
    return model.named(wanted)


async def restore_lead(work: UnitOfWork, lead: Lead) -> Lead:
    """It takes its person's answers again, which none other may do by now."""
    if lead.person_key is None or not await store.takes_answers(work, lead):
        return work.restore(lead)
    claimed = store.open_lead(lead.person_key)
    holder = await holder_of(work, Lead, claimed)
    other = await work.look_up(Lead, holder.id) if holder else None
    if other is not None and await store.takes_answers(work, other):
        raise NotRestorable("another lead takes the answers of this person", taken_by=other.id)
    restored = work.restore(lead)
    claim(work, restored, claimed, giver=holder)
    return restored


async def contact_lead(work: UnitOfWork, lead_id: str) -> Lead:
    return work.save(*model.contact(await work.get_target(Lead, lead_id)))


async def qualify_lead(work: UnitOfWork, lead_id: str, request: QualifyLead) -> Mapping[str, Record]:
    """The lead and its opportunity."""
    lead = await work.get_target(Lead, lead_id)
    opportunity_id = work.new_id()
    qualified, event = model.qualify(lead, opportunity_id=opportunity_id, at=work.now)
    customer = await _customer(work, lead, request)
    pipeline = await (
        pipelines.named(work, request.pipeline_id) if request.pipeline_id else work.get(Pipeline, DEFAULT_ID)
    )
    opportunity = opportunities.from_lead(
        lead,
        id=opportunity_id,
        name=request.name,
        estimated_value=request.estimated_value,
        close_date=request.close_date,
        customer=customer.reference,
        currency=request.currency,
        pipeline_id=pipeline.id,
    )
    linked = qualified.evolve(
        account_id=customer.account.id if customer.account else None,
        contact_id=customer.contact.id if customer.contact else None,
    )
    begun = stages.begin(opportunity, pipeline, at=work.now, by=work.context.actor_id)
    return {"lead": work.save(linked, event), "opportunity": work.add(begun)}


async def _customer(work: UnitOfWork, lead: Lead, request: QualifyLead) -> Customer:
    chosen = Customer(
        account=await _chosen(work, Account, request.account_id, lead.account_id, pointer="/account_id"),
        contact=await _chosen(work, Contact, request.contact_id, lead.contact_id, pointer="/contact_id"),
    )
    if chosen.reference is None and request.create_customer:
        return await customers.link_customer(
            work, Prospect.of(lead), owner_id=lead.owner_id, sold=False, proofs=lead.consent_proofs
        )
    if chosen.contact is not None:
        consent_commands.carry(work, lead, chosen.contact)
    return chosen


async def _chosen(
    work: UnitOfWork, record_type: type[R], asked: str | None, known: str | None, *, pointer: str
) -> R | None:
    """The record that the request names, else the one that the lead is linked to, if that is still there."""
    wanted = asked or known
    record = await work.look_up(record_type, wanted) if wanted else None
    if asked and (record is None or not work.sees(record)):
        raise InvalidFields.at(pointer, "unknown_reference", f"no record {record_type.collection}/{asked}")
    return record


async def disqualify_lead(work: UnitOfWork, lead_id: str, request: DisqualifyLead) -> Lead:
    lead = await work.get_target(Lead, lead_id)
    opportunity = await opportunity_store.of_lead(work, lead_id)
    return work.save(
        *model.disqualify(lead, reason=request.reason, opportunity_id=opportunity.id if opportunity else None)
    )


async def reactivate_lead(work: UnitOfWork, lead_id: str) -> Lead:
    return work.save(*model.reactivate(await work.get_target(Lead, lead_id)))
