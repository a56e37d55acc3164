"""What documents for a customer share: whom they are for, what they are called, and what they follow from."""

from typing import Annotated, Any, Final, TypeVar

from libs.contracts.values import Address, Reference
from libs.domain.fields import GUARDED, INDEXED, INITIAL, LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.personal import Personal
from libs.domain.refusals import InvalidFields
from services.sales.documents.model import Document, terms_of
from services.sales.opportunities.model import Opportunity, Prospect

PERSONAL: Final = Personal(
    cleared=("prospect", "billing_address", "shipping_address"),
    texts=("name", "description", "terms", "customer.name", "tags", "custom"),
    emails=("prospect.email",),
    phones=("prospect.phone",),
    names=("prospect.first_name", "prospect.last_name"),
    belongs_to={"opportunity_id": "opportunities", "contact_id": "contacts", "customer": None},
)


class CustomerDocument(Document):
    """It is for a `customer`, or for the `prospect` of its opportunity as long as that has none."""

    parent = "customer"
    personal = PERSONAL

    number: Annotated[str, GUARDED, LISTED, SEARCHED] = ""
    name: Annotated[Line, LISTED, SEARCHED]
    description: Text | None = None
    customer: Annotated[Reference | None, LISTED, Lookup.to("accounts", "contacts")] = None
    contact_id: Annotated[str | None, LISTED, Lookup.to("contacts")] = None
    prospect: Annotated[Prospect | None, GUARDED] = None
    opportunity_id: Annotated[str | None, INITIAL, INDEXED, Lookup.to("opportunities")] = None
    terms: Text | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None


D = TypeVar("D", bound=CustomerDocument)


def following(document: D, opportunity: Opportunity) -> D:
    """A document of an opportunity is for whom that is; without own lines it has the lines and terms of that."""
    carried: dict[str, Any] = {} if document.lines else terms_of(opportunity)
    if document.customer is None:
        prospect = opportunity.prospect if opportunity.customer is None else None
        carried |= {"customer": opportunity.customer, "prospect": prospect}
    return document.model_copy(update=carried)


def bought_by(document: D, customer: Reference | None, contact_id: str | None = None) -> D:
    """The document for the customer that its prospect has become, and the person there unless another is named."""
    if document.customer is not None or customer is None:
        return document
    return document.evolve(customer=customer, contact_id=document.contact_id or contact_id, prospect=None)


def require_sound(document: D, opportunity: Opportunity | None) -> D:
    """The document itself; raises `InvalidFields` where it is for nobody, or does not go with its opportunity."""
    if document.customer is None and document.prospect is None:
        raise InvalidFields.at("/customer", "missing", "name a customer, or an opportunity that knows who it is")
    if opportunity is not None and opportunity.currency != document.currency:
        raise InvalidFields.at("/currency", "other_currency", f"the opportunity is in {opportunity.currency}")
    return document
