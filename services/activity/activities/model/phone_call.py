"""A phone call: from or to whom, how long, and what came of it."""

from typing import Annotated, ClassVar, Literal

from libs.contracts.activity import ActivityState, Direction
from libs.domain.fields import INDEXED, INITIAL, LISTED
from libs.domain.people import Phone
from libs.domain.personal import Personal
from services.activity.activities.model.activity import TEXTS, Activity, Reasons

MADE = "made"
RECEIVED = "received"


class PhoneCall(Activity, aggregate="activity.phone_call"):
    personal = Personal(
        cleared=("phone_number",),
        texts=TEXTS,
        phones=("phone_number",),
        belongs_to={"regarding": None},
        parties=("parties",),
    )
    reasons: ClassVar[Reasons] = {**Activity.reasons, ActivityState.COMPLETED: (MADE, RECEIVED)}

    type: Annotated[Literal["phone_call"], INITIAL, INDEXED] = "phone_call"
    direction: Annotated[Direction, LISTED] = Direction.OUTGOING
    phone_number: Annotated[Phone | None, LISTED] = None

    def usual_reason(self) -> str:
        if self.state is ActivityState.COMPLETED:
            return RECEIVED if self.direction is Direction.INCOMING else MADE
        return super().usual_reason()
