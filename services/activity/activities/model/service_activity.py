"""Work for a customer at a time and a place, by those who are its resources."""

from typing import Annotated, ClassVar, Literal, Self

from libs.contracts.activity import ActivityState
from libs.domain.fields import INDEXED, INITIAL, LISTED, Line
from libs.domain.refusals import InvalidFields
from services.activity.activities.model.activity import Activity, Reasons


class ServiceActivity(Activity, aggregate="activity.service_activity"):
    """Whoever waits for somebody wants to know until when, so a scheduled one has an end."""

    reasons: ClassVar[Reasons] = {
        **Activity.reasons,
        ActivityState.OPEN: ("requested", "tentative"),
        ActivityState.SCHEDULED: ("reserved", "arrived", "in_progress"),
        ActivityState.CANCELED: ("canceled", "no_show"),
    }

    type: Annotated[Literal["service_activity"], INITIAL, INDEXED] = "service_activity"
    place: Annotated[Line | None, LISTED] = None

    def settled(self) -> Self:
        if self.state is ActivityState.SCHEDULED and self.start is not None and self.end is None:
            raise InvalidFields.at("/end", "missing", "a scheduled service activity has an end")
        return super().settled()
