"""Activities over HTTP."""

import json
from collections.abc import Mapping
from typing import Final

from libs.domain.record import Record
from libs.store.work import UnitOfWork
from libs.web.resource import Action, Resource
from services.activity.activities import commands
from services.activity.activities.model.activity import Activity, Happening
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.store import find_overlapping

OVERLAPS: Final = "X-Overlaps"
"""In an answer, as JSON, the ids of what else is scheduled for the same people at the same time."""


async def warn_of_overlaps(work: UnitOfWork, record: Record) -> Mapping[str, str]:
    found = await find_overlapping(work, record)
    return {OVERLAPS: json.dumps([each.id for each in found])} if found else {}


RESOURCE: Final[Resource[Activity]] = Resource(
    AnyActivity,
    create=commands.create_activity,
    change=commands.change_activity,
    remove=commands.remove_activity,
    restore=commands.restore_activity,
    warn=warn_of_overlaps,
    actions=(
        Action(
            "schedule",
            commands.schedule_activity,
            "Say when the activity is to take place",
            commands.ScheduleActivity,
            AnyActivity,
        ),
        Action(
            "complete",
            commands.complete_activity,
            "The activity took place, or is done",
            Happening,
            AnyActivity,
        ),
        Action(
            "cancel",
            commands.cancel_activity,
            "The activity will not take place",
            commands.CancelActivity,
            AnyActivity,
        ),
        Action(
            "reopen",
            commands.reopen_activity,
            "The activity is to be done after all",
            commands.ReopenActivity,
            AnyActivity,
        ),
    ),
)
