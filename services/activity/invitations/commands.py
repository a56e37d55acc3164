"""Inviting people, and telling them that it does not take place."""

from typing import Final

from libs.domain.refusals import MoveRefused
from libs.jobs.jobs import Job, begin
from libs.store.changes import Announcement
from libs.store.work import UnitOfWork
from services.activity.activities.model.activity import MOVES, UNSETTLED, Activity
from services.activity.activities.model.appointment import Meeting
from services.activity.activities.model.kinds import AnyActivity
from services.activity.invitations.model import InvitationMails, Method, NotAnAppointment, addresses_of

KIND: Final = "invitation_mails"


async def invite(work: UnitOfWork, activity_id: str) -> Job:
    """Asks everybody, anew after a change; those who are no longer asked hear that it is canceled for them."""
    meeting: Activity = await work.get_target(AnyActivity, activity_id)
    if not isinstance(meeting, Meeting):
        raise NotAnAppointment
    if meeting.state not in UNSETTLED:
        raise MoveRefused("invite", state=meeting.state, open_actions=MOVES.open_actions(meeting.state))
    asked = addresses_of(meeting)
    withdrawn = tuple(each for each in meeting.invited if each not in asked)
    work.save(meeting.model_copy(update={"invited": asked}), Announcement(f"{meeting.aggregate}.invited"))
    if withdrawn:
        _send(work, meeting.id, Method.CANCEL, withdrawn)
    return _send(work, meeting.id, Method.REQUEST, asked)


def withdraw(work: UnitOfWork, activity: Activity) -> None:
    """Tells those who were invited that it does not take place."""
    if isinstance(activity, Meeting) and activity.invited:
        _send(work, activity.id, Method.CANCEL, activity.invited)


def _send(work: UnitOfWork, activity_id: str, method: Method, to: tuple[str, ...]) -> Job:
    return begin(work, KIND, InvitationMails(activity_id=activity_id, method=method, to=to), total=len(to))
