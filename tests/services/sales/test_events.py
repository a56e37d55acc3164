"""Every event that sales announces is one of the contract, and says what the contract promises."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import chain

import pytest

from libs.contracts.consent import ConsentChannel, ConsentStatus
from libs.contracts.envelope import BACKUP_RESTORED, RESTATED
from libs.contracts.event import Event, Snapshot
from libs.contracts.privacy import Person
from libs.contracts.publishers import PUBLISHERS
from libs.contracts.sales import LossReason
from libs.contracts.values import Value
from libs.domain.record import Record
from libs.privacy.erasing import erase_record
from libs.privacy.scrubbing import Erased
from libs.store.clock import utc_now
from libs.store.ids import new_id
from libs.store.merging import merge_records, unmerge_record
from libs.store.store import Store
from libs.store.work import UnitOfWork
from libs.web.resource import Action, Resource
from libs.web.sharing import Assign, ShareWith, Whom
from services.sales.accounts.model import Account
from services.sales.app import SALES
from services.sales.assignment_rules.model import AssignmentRule
from services.sales.company_profiles.model import CompanyProfile
from services.sales.competitors.model import Competitor
from services.sales.consents.model import RecordConsent
from services.sales.contacts.model import Contact
from services.sales.conversions.consumers import convert_response
from services.sales.currencies.model import Currency
from services.sales.goals.model import Goal
from services.sales.intake.consumers import take_in_response
from services.sales.invoices.commands import CancelInvoice, InvoiceOrder, invoice_due
from services.sales.invoices.model import Invoice
from services.sales.leads.commands import DisqualifyLead, QualifyLead
from services.sales.leads.model import Lead
from services.sales.letter_mails import commands as letter_mails
from services.sales.opportunities.commands import LoseOpportunity, MoveOpportunity, ReopenOpportunity, WinOpportunity
from services.sales.opportunities.model import Opportunity
from services.sales.orders.commands import FulfilOrder
from services.sales.orders.model import LineQuantity, Order
from services.sales.payments.commands import RecordPayment, RecordRefund, ReversePayment
from services.sales.pipelines.model import Pipeline
from services.sales.price_lists.model import PriceList
from services.sales.products.model import Product
from services.sales.quote_links.commands import make_link, revoke_link
from services.sales.quote_mails.commands import note_sent
from services.sales.quotes.commands import DeclineQuote
from services.sales.quotes.model import Quote
from services.sales.relationships.model import Relationship
from services.sales.scoring_rules.model import ScoringRule
from services.sales.tax_codes.model import TaxCode
from tests.services.sales.copies import USER, add, announced, deliver, do, draft, read, response
from tests.services.sales.copies import asked as asked_to_become

CLASSES: dict[str, type[Event[Snapshot]]] = {
    event.type: event for event in PUBLISHERS["sales"] if not event.type.endswith((f".{RESTATED}", BACKUP_RESTORED))
}
RESOURCES = {resource.collection: resource for resource in SALES.resources}
ACME = {"collection": "accounts", "id": "account-1", "name": "Acme"}
MIRA = Erased.of(Person(emails=("mira@example.org",)), b"salt")
ANN = {"first_name": "Ann", "email": "ann@example.org", "birth_date": "1990-05-01"}

WORK = {"description": "Work", "quantity": 2, "unit_price": 50}

LIVES = {
    "leads": (
        draft(Lead, **ANN, estimated_value=Decimal("9.50"), consent={"email": True}),
        ["contact", "record_consent", "assign", "share", "unshare", "disqualify", "reactivate", "qualify"],
    ),
    "opportunities": (
        draft(Opportunity, name="Card", prospect=ANN, estimated_value=Decimal(9)),
        ["move", "assign", "share", "unshare", "hold", "resume", "lose", "reopen", "win"],
    ),
    "accounts": (draft(Account, name="Acme"), ["assign", "share", "unshare", "deactivate", "activate"]),
    "contacts": (
        draft(Contact, **ANN),
        ["record_consent", "assign", "share", "unshare", "deactivate", "activate"],
    ),
    "relationships": (
        draft(Relationship, party={"collection": "contacts", "id": "contact-1"}, role="partner", other=ACME),
        ["assign", "share", "unshare", "deactivate", "activate"],
    ),
    "quotes": (
        draft(Quote, name="Work", customer=ACME, lines=[WORK]),
        ["reprice", "assign", "share", "unshare", "activate", "accept"],
    ),
    "orders": (
        draft(Order, name="Work", customer=ACME, lines=[WORK]),
        ["assign", "share", "unshare", "hold", "resume", "submit", "fulfil", "fulfil", "invoice"],
    ),
    "invoices": (
        draft(Invoice, name="Work", customer=ACME, lines=[WORK]),
        [
            "reprice",
            "assign",
            "share",
            "unshare",
            "issue",
            "record_payment",
            "reverse_payment",
            "record_payment",
            "cancel",
            "record_refund",
        ],
    ),
    "competitors": (draft(Competitor, name="Globex"), ["assign", "share", "unshare", "deactivate", "activate"]),
    "products": (draft(Product, sku="LAMP", name="Lamp"), ["activate", "assign", "share", "unshare", "retire"]),
    "price_lists": (draft(PriceList, name="Resellers"), ["assign", "share", "unshare", "deactivate", "activate"]),
    "goals": (
        draft(Goal, name="Quarter", target=Decimal(100), starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31)),
        ["assign", "share", "unshare", "deactivate", "activate"],
    ),
    "company_profiles": (
        draft(CompanyProfile, name="Dawn Interiors"),
        ["assign", "share", "unshare", "deactivate", "activate"],
    ),
    "pipelines": (
        draft(Pipeline, name="Renewals", stages=[{"name": "asked", "probability": 40}]),
        ["assign", "share", "unshare", "deactivate", "activate"],
    ),
    "scoring_rules": (
        draft(ScoringRule, name="Hot", condition="rating eq 'hot'", points=20),
        ["assign", "share", "unshare", "deactivate", "activate"],
    ),
    "assignment_rules": (
        draft(AssignmentRule, name="By country", team_id="north"),
        ["assign", "share", "unshare", "deactivate", "activate"],
    ),
    "tax_codes": (
        draft(TaxCode, code="standard", rates=[{"valid_from": "2026-01-01", "percent": 19}]),
        ["assign", "share", "unshare", "deactivate", "activate"],
    ),
    "currencies": (
        draft(Currency, code="USD", rates=[{"valid_from": "2026-01-01", "rate": "1.08"}]),
        ["assign", "share", "unshare", "deactivate", "activate"],
    ),
}
REQUESTS: dict[str, Value] = {
    "assign": Assign(owner_id="user-2"),
    "share": ShareWith(user_id="user-3"),
    "unshare": Whom(user_id="user-3"),
    "record_consent": RecordConsent(channel=ConsentChannel.PHONE, status=ConsentStatus.REFUSED),
    "disqualify": DisqualifyLead(),
    "qualify": QualifyLead(),
    "move": MoveOpportunity(stage="proposal"),
    "cancel": CancelInvoice(),
    "invoice": InvoiceOrder(),
    "record_payment": RecordPayment(amount=Decimal(100)),
    "record_refund": RecordRefund(amount=Decimal(100)),
    "decline": DeclineQuote(reason="Too late"),
    "lose": LoseOpportunity(reason=LossReason.OUT_SOLD, competitor="Globex"),
    "win": WinOpportunity(),
    "reopen": ReopenOpportunity(note="They ask again"),
    "fulfil": FulfilOrder(lines=(LineQuantity(line_id="1", quantity=Decimal(1)),)),
}


OTHER_ENDS: dict[str, tuple[list[str], ...]] = {
    "quotes": (["activate", "decline"], ["cancel"], ["activate", "revise"]),
    "orders": (["cancel"],),
    "invoices": (["issue"],),
}
"""What one record cannot go through as well."""


async def asked(store: Store, name: str, record: Record) -> Value:
    """What an action is sent."""
    if name == "reverse_payment":
        return ReversePayment(payment_id=(await read(store, Invoice, record.id)).payments[-1].id, reason="Bounced")
    return REQUESTS[name]


async def meet(store: Store, record: Record) -> None:
    """What happens to the record otherwise than by actions of people."""
    match record:
        case Lead():
            await deliver(store, take_in_response, response(ANN))
            await deliver(store, convert_response, asked_to_become("lead", ANN))
        case Contact():
            await deliver(store, convert_response, asked_to_become("contact", None, contact_id=record.id))
        case Opportunity():
            await add(store, Lead(id=new_id(), topic="Card", response_ids=("r-1",), opportunity_id=record.id))
            await deliver(store, convert_response, asked_to_become("opportunity", None))
        case Order():
            await do(store, letter_mails.note_sent, record.collection, record.id)
        case Invoice():
            await do(store, letter_mails.note_sent, record.collection, record.id)
            await do(store, invoice_due.fire, invoice_due.at(utc_now(), record.id))


async def live(store: Store, resource: Resource[Record], names: Sequence[str]) -> Record:
    """A record that has gone through these actions, a change, an erasure, and as far as it can a removal with its
    return, and a merge.
    """
    first, _ = LIVES[resource.collection]
    actions: dict[str, Action] = {action.name: action for action in resource.all_actions()}
    record = await store.run(lambda work: resource.create_record(work, first), USER)

    async def change(work: UnitOfWork) -> Record:
        current = await work.get(resource.record, record.id)
        return await resource.change_record(work, current, current.evolve(tags=("of mira@example.org",)))

    async def remove(work: UnitOfWork) -> None:
        work.remove(await work.get(resource.record, record.id))

    for name in names:
        request = [await asked(store, name, record)] if actions[name].body else []
        await do(store, actions[name].command, record.id, *request)
        if isinstance(record, Quote) and name == "activate":
            await do(store, make_link, record.id, 7)
            await do(store, revoke_link, record.id)
            await do(store, note_sent, record.id)
    await meet(store, record)
    await store.run(change, USER)
    if resource.removable:
        await store.run(remove, USER)
        await do(store, actions["restore"].command, record.id)
    if (merging := resource.all_merging()) is not None:
        other = await store.run(lambda work: resource.create_record(work, first), USER)
        await do(store, merge_records, merging, record.id, [other.id])
        await do(store, unmerge_record, merging, record.id, other.id)
    await store.run(partial(erase_record, record_type=resource.record, record_id=record.id, erased=MIRA), USER)
    return record


@pytest.mark.parametrize("collection", sorted(LIVES))
async def test_every_event_of_a_record_is_in_the_contract_and_no_other(store: Store, collection: str) -> None:
    resource = RESOURCES[collection]
    lives = (LIVES[collection][1], *OTHER_ENDS.get(collection, ()))
    restored = {"restore"} if resource.removable else set()
    assert {*chain.from_iterable(lives), *restored} == {action.name for action in resource.all_actions()}

    records = [await live(store, resource, names) for names in lives]

    events = [event for record in records for event in await announced(store, record)]
    declared = {type_ for type_ in CLASSES if type_.startswith(f"{resource.record.aggregate}.")}
    assert {event.type for event in events} == declared
    for event in events:
        received = CLASSES[event.type].received(event)
        assert (received.record.id, received.record.version) == (event.record_id, event.sequence)
        for name in type(received.record).model_fields:
            assert name in event.record, f"{event.type} promises {name}"
