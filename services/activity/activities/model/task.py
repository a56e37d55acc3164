"""A task: something to be done, and how much of it is."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.contracts.activity import ActivityState
from libs.domain.fields import INDEXED, INITIAL, LISTED, Line
from services.activity.activities.model.activity import Activity, Reasons


class Task(Activity, aggregate="activity.task"):
    reasons: ClassVar[Reasons] = {
        **Activity.reasons,
        ActivityState.OPEN: ("not_started", "in_progress", "waiting", "deferred"),
    }
    on_completion: ClassVar[Mapping[str, object]] = {"percent_complete": 100}

    type: Annotated[Literal["task"], INITIAL, INDEXED] = "task"
    percent_complete: Annotated[int, Field(ge=0, le=100), LISTED] = 0
    category: Annotated[Line | None, LISTED] = None
