"""A campaign response: who answered a campaign, by which way, what the answer means, and what has become of it."""

from hashlib import sha256
from typing import Annotated, Literal, Self

from libs.contracts.activity import ActivityState
from libs.contracts.campaign_responses import Channel, ConversionTarget, Response
from libs.contracts.values import Moment, Reference, Value
from libs.domain.fields import GUARDED, INDEXED, INITIAL, LISTED, SEARCHED, Line, Lookup, Text
from libs.domain.people import Respondent, full_name, person_key
from libs.domain.personal import Personal
from libs.domain.refusals import InvalidFields, Refusal
from services.activity.activities.model.activity import TEXTS, Activity


class NotAResponse(Refusal):
    """Activities of other types become nothing else."""

    code = "not_a_campaign_response"


class ResponseCanceled(Refusal):
    """An answer that does not count becomes nothing."""

    code = "response_canceled"


class AlreadyConverted(Refusal):
    """A response becomes one record."""

    code = "already_converted"

    def __init__(self, converted_to: Reference) -> None:
        super().__init__("the response has become another record", converted_to=converted_to.model_dump())


class ConversionRefused(Value):
    """Why sales has not made it what it was to become."""

    to: ConversionTarget
    code: Line
    detail: Text
    at: Moment


class CampaignResponse(Activity, aggregate="activity.campaign_response"):
    """A thing that happened: created as completed unless it says otherwise.

    `conversion` is what it is to become in sales, `converted_to` what it has become, `conversion_refused` why it has
    not. `answer_key` is the same for the answers of one person to one campaign by one channel that came in together, of
    which there is one.
    """

    personal = Personal(
        cleared=("customer", "answer_key"),
        texts=(*TEXTS, "conversion_refused"),
        emails=("customer.email",),
        phones=("customer.phone",),
        names=("customer.name", "customer.first_name", "customer.last_name"),
        belongs_to={"regarding": None, "customer": None, "converted_to": None},
    )

    type: Annotated[Literal["campaign_response"], INITIAL, INDEXED] = "campaign_response"
    state: Annotated[ActivityState, INITIAL, LISTED] = ActivityState.COMPLETED
    subject: Annotated[Line, LISTED, SEARCHED] = "Campaign response"
    campaign_id: Annotated[str, INDEXED, Lookup.to("campaigns")]
    channel: Annotated[Channel | None, LISTED] = None
    response: Annotated[Response | None, LISTED] = None
    customer: Annotated[Respondent | None, LISTED, Lookup.to("accounts", "contacts", "leads")] = None
    promotion: Annotated[Line | None, LISTED] = None
    link_clicked: Annotated[bool, LISTED] = False
    content_downloaded: Annotated[bool, LISTED] = False
    form_filled: Annotated[bool, LISTED] = False
    conversion: Annotated[ConversionTarget | None, GUARDED, LISTED] = None
    converted_to: Annotated[Reference | None, GUARDED, LISTED] = None
    conversion_refused: Annotated[ConversionRefused | None, GUARDED, LISTED] = None
    answer_key: Annotated[str | None, GUARDED] = None

    def come_in(self, batch: str) -> Self:
        """The response as one of a `batch`; nothing tells it from others where it does not say who answered."""
        person = _key_of(self.customer) if self.customer else None
        if person is None:
            return self
        parts = (batch, self.campaign_id, self.channel or "", person)
        return self.model_copy(update={"answer_key": sha256("|".join(parts).encode()).hexdigest()})

    def converting(self, target: ConversionTarget, *, contact_id: str | None) -> Self:
        """Asked to become something; as long as it has not, it may be asked anew."""
        if self.state is ActivityState.CANCELED:
            raise ResponseCanceled("a canceled response becomes nothing")
        if self.converted_to is not None:
            raise AlreadyConverted(self.converted_to)
        if contact_id is not None and target is not ConversionTarget.CONTACT:
            raise InvalidFields.at("/contact_id", "not_wanted", "only what becomes a contact names one")
        if target is ConversionTarget.CONTACT and contact_id is None and not _tells_of_a_person(self.customer):
            raise InvalidFields.at("/contact_id", "missing", "the response tells of nobody who could be a contact")
        return self.evolve(conversion=target, conversion_refused=None)

    def converted(self, record: Reference) -> Self:
        return self.evolve(converted_to=record, conversion_refused=None)

    def waits_for(self, collection: str) -> bool:
        """Whether such a record is what it was asked to become last, and it has become nothing yet."""
        wanted = self.conversion.collection if self.conversion and self.converted_to is None else None
        return wanted == collection


def _key_of(customer: Respondent) -> str | None:
    if customer.id is not None:
        return f"{customer.collection}/{customer.id}"
    return person_key(
        email=customer.email,
        phone=customer.phone,
        name=full_name(customer.first_name, customer.last_name) or customer.name,
        company_name=customer.company_name,
    )


def _tells_of_a_person(customer: Respondent | None) -> bool:
    if customer is None or customer.collection not in (None, "contacts"):
        return False
    named = (customer.id, customer.name, customer.first_name, customer.last_name, customer.email, customer.phone)
    return any(named)
