"""Activities over HTTP."""

from typing import Final

from libs.web.resource import Action, Resource
from services.activity.activities import commands
from services.activity.activities.model.activity import Activity, Happening
from services.activity.activities.model.kinds import AnyActivity

RESOURCE: Final[Resource[Activity]] = Resource(
    AnyActivity,
    create=commands.create_activity,
    change=commands.change_activity,
    restore=commands.restore_activity,
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
