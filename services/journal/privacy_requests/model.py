"""The privacy request: a person wants their data, or wants them gone, and every service does its part."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Final

from pydantic import Field

from libs.contracts.event import Event
from libs.contracts.journal import (
    PrivacyRequestAnnounced,
    PrivacyRequestCompleted,
    PrivacyRequestFailed,
    PrivacyRequestSnapshot,
    PrivacyRequestStarted,
    PrivacyRequestUpdated,
    PrivacyState,
)
from libs.contracts.privacy import Found, Person, PrivacyKind, PrivacyStep, PrivacyTaskSnapshot
from libs.contracts.publishers import PUBLISHERS
from libs.contracts.values import Moment, Reference, Value
from libs.domain.fields import GUARDED, INITIAL, LISTED, Line, Lookup
from libs.domain.moves import Moves
from libs.domain.people import Email, Phone, phone_key
from libs.domain.personal import Personal
from libs.domain.record import Record
from libs.domain.refusals import InvalidFields, Refusal

SERVICES: Final = tuple(PUBLISHERS)
"""Who has to answer."""

DOWNLOADABLE: Final = timedelta(days=7)
MOST_ROUNDS: Final = 10
"""Rounds of looking in one search: what one service knows of a person may lead another to more."""

MOVES: Final = Moves(
    {
        PrivacyState.OPEN: {"start": PrivacyState.RUNNING},
        PrivacyState.RUNNING: {"start": PrivacyState.RUNNING},
        PrivacyState.DONE: {"start": PrivacyState.RUNNING},
        PrivacyState.FAILED: {"start": PrivacyState.RUNNING},
    }
)

Happening = Event[PrivacyRequestSnapshot]


class NotPreviewed(Refusal):
    """Nothing is done before it is known what would be done."""

    code: ClassVar[str] = "not_previewed"


class NotDownloadable(Refusal):
    """There is no archive, or none any more."""

    code: ClassVar[str] = "not_downloadable"


class ServiceAnswer(Value):
    """What a service has answered in the present round."""

    service: str
    found: tuple[Found, ...] = ()
    person: Person | None = None
    error: str | None = None


class PrivacyRequest(Record, collection="privacy_requests", aggregate="journal.privacy_request"):
    """Whom it is about is said by a record, an e-mail, a phone number, or several of these.

    `found` is the preview: what every service has of the person. `answers` are those of the present `round`.
    """

    personal = Personal(texts=("record", "email", "phone", "reason", "answers", "person"), kept=("found",))

    state: Annotated[PrivacyState, GUARDED, LISTED] = PrivacyState.OPEN
    kind: Annotated[PrivacyKind, INITIAL, LISTED]
    record: Annotated[Reference | None, INITIAL, Lookup.to("leads", "contacts")] = None
    email: Annotated[Email | None, INITIAL] = None
    phone: Annotated[Phone | None, INITIAL] = None
    reason: Line | None = None
    person: Annotated[Person, GUARDED] = Person()
    step: Annotated[PrivacyStep, GUARDED, LISTED] = PrivacyStep.FIND
    round: Annotated[int, GUARDED] = 1
    first_round: Annotated[int, GUARDED] = 1
    answers: Annotated[tuple[ServiceAnswer, ...], GUARDED, Field(max_length=100)] = ()
    found: Annotated[tuple[ServiceAnswer, ...], GUARDED, Field(max_length=100)] = ()
    previewed_at: Annotated[Moment | None, GUARDED, LISTED] = None
    started_at: Annotated[Moment | None, GUARDED, LISTED] = None
    ended_at: Annotated[Moment | None, GUARDED, LISTED] = None
    expires_at: Annotated[Moment | None, GUARDED, LISTED] = None

    @property
    def is_erased(self) -> bool:
        """Whether it has forgotten whom it was about."""
        return self.kind is PrivacyKind.ERASURE and self.state is PrivacyState.DONE

    @property
    def missing(self) -> set[str]:
        """The services that have not answered."""
        return set(SERVICES) - {each.service for each in self.answers}


def opened(request: PrivacyRequest) -> PrivacyRequest:
    """A new request; raises `InvalidFields` where it names nobody."""
    person = Person(
        records=(f"{request.record.collection}/{request.record.id}",) if request.record else (),
        emails=(request.email,) if request.email else (),
        phone_keys=(phone_key(request.phone),) if request.phone else (),
        phones=(request.phone,) if request.phone else (),
    )
    if person == Person():
        raise InvalidFields.at("/record", "missing", "name a record, an e-mail or a phone number")
    return request.model_copy(update={"person": person})


def start(request: PrivacyRequest, *, at: datetime) -> tuple[PrivacyRequest, list[Happening]]:
    """What was found is to be handed out or erased; a request that has ended looks once more before."""
    state = MOVES.after("start", state=request.state)
    if request.state is PrivacyState.OPEN and request.previewed_at is None:
        raise NotPreviewed("some services have not said yet what they have", missing=sorted(request.missing))
    begun = request.evolve(state=state, started_at=at, ended_at=None, expires_at=None)
    step = _act(request) if request.state is PrivacyState.OPEN else PrivacyStep.FIND
    return _next_round(begun, step), [PrivacyRequestStarted(), PrivacyRequestAnnounced()]


def answered(
    request: PrivacyRequest, service: str, answer: PrivacyTaskSnapshot, *, at: datetime
) -> tuple[PrivacyRequest, list[Happening]]:
    """The request with a service's answer, and what follows once all have answered; an old answer changes nothing."""
    if (answer.step, answer.round) != (request.step, request.round) or service not in request.missing:
        return request, []
    given = ServiceAnswer(service=service, found=answer.found, person=answer.person, error=answer.error)
    known = request.evolve(answers=(*request.answers, given))
    if known.missing:
        return known, [PrivacyRequestUpdated()]
    if any(each.error for each in known.answers):
        return known.evolve(state=PrivacyState.FAILED, ended_at=at), [PrivacyRequestFailed()]
    return _found(known, at=at) if known.step is PrivacyStep.FIND else _ended(known, at=at)


def _found(request: PrivacyRequest, *, at: datetime) -> tuple[PrivacyRequest, list[Happening]]:
    person = request.person
    for each in request.answers:
        person = person.joined(each.person or Person())
    more = (person.records, person.emails) != (request.person.records, request.person.emails)
    known = request.evolve(person=person)
    if more and request.round - request.first_round + 1 < MOST_ROUNDS:
        return _next_round(known, PrivacyStep.FIND), [PrivacyRequestAnnounced()]
    found = tuple(each.model_copy(update={"person": None}) for each in request.answers if each.found)
    previewed = known.evolve(found=found, previewed_at=at)
    if request.state is PrivacyState.RUNNING:
        return _next_round(previewed, _act(request)), [PrivacyRequestAnnounced()]
    return previewed, [PrivacyRequestUpdated()]


def _ended(request: PrivacyRequest, *, at: datetime) -> tuple[PrivacyRequest, list[Happening]]:
    done = request.evolve(state=PrivacyState.DONE, ended_at=at)
    if done.kind is PrivacyKind.EXPORT:
        return done.evolve(expires_at=at + DOWNLOADABLE), [PrivacyRequestCompleted()]
    known = {
        "person": Person(records=done.person.records),
        "record": None,
        "email": None,
        "phone": None,
        "reason": None,
    }
    return done.evolve(**known), [PrivacyRequestCompleted()]


def _act(request: PrivacyRequest) -> PrivacyStep:
    return PrivacyStep.EXPORT if request.kind is PrivacyKind.EXPORT else PrivacyStep.ERASE


def _next_round(request: PrivacyRequest, step: PrivacyStep) -> PrivacyRequest:
    number = request.round + 1
    first = request.first_round if step is request.step else number
    return request.evolve(step=step, round=number, first_round=first, answers=())


def require_downloadable(request: PrivacyRequest, *, at: datetime) -> None:
    if request.kind is not PrivacyKind.EXPORT or request.state is not PrivacyState.DONE:
        raise NotDownloadable("only an export that is done can be downloaded", state=request.state)
    if request.expires_at is None or request.expires_at <= at:
        raise NotDownloadable("the export is not kept any more; start it again", state=request.state)
