"""What people do with calendars: share them by a link, take over others', and hear answers to invitations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from libs.domain.record import Draft
from libs.domain.refusals import NotFound
from libs.store.work import UnitOfWork
from services.activity.activities import commands as activities
from services.activity.activities.model.activity import UNSETTLED, Activity
from services.activity.activities.model.appointment import Meeting
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.parties import INVITED, Party
from services.activity.activities.model.recurring_appointment import OccurrenceException, RecurringAppointment
from services.activity.calendars import store
from services.activity.invitations.model import Answer


def renew_link(work: UnitOfWork, user_id: str, token: str) -> None:
    """The one link to somebody's calendar; an earlier one opens it no more."""
    digest = store.digest_of(token)
    work.overwrite(store.LINKS, {"_id": user_id, "digest": digest, "created_at": work.now})


def revoke_link(work: UnitOfWork, user_id: str) -> None:
    work.drop(store.LINKS, user_id)


async def find_by_uid(work: UnitOfWork, uid: str, owner_id: str | None) -> Meeting | None:
    """The appointment that another calendar calls so, of those that somebody owns."""
    found: Activity | None = await work.first(AnyActivity, {"owner_id": owner_id, "uid": uid})
    return found if isinstance(found, Meeting) else None


async def add_imported(work: UnitOfWork, draft: Draft, exceptions: Sequence[Mapping[str, Any]]) -> Activity:
    if not exceptions:
        return await activities.create_activity(work, draft)
    series = RecurringAppointment.drafted(draft, id=work.new_id()).model_copy(update={"exceptions": _read(exceptions)})
    return work.add(series.begun(at=work.now))


async def change_imported(
    work: UnitOfWork, current: Meeting, wanted: Meeting, exceptions: Sequence[Mapping[str, Any]]
) -> Activity:
    if isinstance(wanted, RecurringAppointment):
        wanted = wanted.model_copy(update={"exceptions": _read(exceptions)})
    if wanted.settled() == current:
        return current
    return await activities.change_activity(work, current, wanted)


async def cancel_imported(work: UnitOfWork, current: Meeting) -> Activity:
    if current.state not in UNSETTLED:
        return current
    return await activities.cancel_activity(work, current.id, activities.CancelActivity())


async def take_answer(work: UnitOfWork, answer: Answer) -> Activity:
    """Notes what an attendee has said, unless they have said otherwise later.

    Raises `NotFound` where nobody of that address was invited to such a thing.
    """
    appointment = await _invited_to(work, answer)
    at = min(answer.at or work.now, work.now)
    parties = tuple(_answering(party, answer, at) for party in appointment.parties)
    if parties == appointment.parties:
        return appointment
    return work.save(appointment.model_copy(update={"parties": parties}))


def _answering(party: Party, answer: Answer, at: datetime) -> Party:
    if party.email != answer.email or party.role not in INVITED or (party.responded_at and at < party.responded_at):
        return party
    return party.model_copy(update={"response": answer.response, "responded_at": at})


async def _invited_to(work: UnitOfWork, answer: Answer) -> Activity:
    id_ = answer.uid.removesuffix("@tandem")
    attendee = {"$elemMatch": {"email": answer.email, "role": {"$in": list(INVITED)}}}
    known = {"parties.email": answer.email, "parties": attendee}
    found = await work.find(AnyActivity, {"$or": [{"_id": id_}, {"uid": answer.uid}], **known})
    if not found:
        raise NotFound("nobody of that address was invited to such an appointment")
    work.require_reach(AnyActivity, found[0].id, work.context.operation)
    return found[0]


def _read(exceptions: Sequence[Mapping[str, Any]]) -> tuple[OccurrenceException, ...]:
    read = {each.day: each for each in map(OccurrenceException.model_validate, exceptions)}
    return tuple(read[day] for day in sorted(read))
