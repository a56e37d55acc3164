"""What is written on paper and goes out or comes in."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from libs.contracts.activity import ActivityState, Direction
from libs.contracts.values import Address
from libs.domain.fields import INDEXED, INITIAL, LISTED
from libs.domain.people import Phone
from libs.domain.personal import Personal
from services.activity.activities.model.activity import TEXTS, Activity, Reasons

_SENT: Final[Mapping[Direction, str]] = {Direction.OUTGOING: "sent", Direction.INCOMING: "received"}


class Written(Activity):
    reasons: ClassVar[Reasons] = {**Activity.reasons, ActivityState.COMPLETED: tuple(_SENT.values())}

    direction: Annotated[Direction, LISTED] = Direction.OUTGOING

    def usual_reason(self) -> str:
        return _SENT[self.direction] if self.state is ActivityState.COMPLETED else super().usual_reason()


class Letter(Written, aggregate="activity.letter"):
    """`address` is where it goes, or comes from."""

    personal = Personal(cleared=("address",), texts=TEXTS, belongs_to={"regarding": None}, parties=("parties",))

    type: Annotated[Literal["letter"], INITIAL, INDEXED] = "letter"
    address: Address | None = None


class Fax(Written, aggregate="activity.fax"):
    personal = Personal(
        cleared=("fax_number",),
        texts=TEXTS,
        phones=("fax_number",),
        belongs_to={"regarding": None},
        parties=("parties",),
    )

    type: Annotated[Literal["fax"], INITIAL, INDEXED] = "fax"
    fax_number: Annotated[Phone | None, LISTED] = None
