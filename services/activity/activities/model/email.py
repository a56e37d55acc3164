"""An e-mail: a draft, one on its way, one that was sent, or one that came in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field

from libs.contracts.activity import ActivityState, Direction
from libs.contracts.emails import DeliveryOutcome
from libs.contracts.values import Moment, Value
from libs.domain.attachments import Attachment
from libs.domain.fields import GUARDED, INDEXED, INITIAL, LISTED, SEARCHED, Line, Lookup
from libs.domain.moves import Moves
from libs.domain.personal import Personal
from libs.domain.refusals import InvalidFields, Refusal
from services.activity.activities.model.activity import TEXTS, Activity, Reasons
from services.activity.activities.model.parties import Party

DRAFT, FAILED, UNMATCHED = "draft", "failed", "unmatched"
SENT, SENT_IN_PART, BOUNCED, RECEIVED = "sent", "sent_in_part", "bounced", "received"
CANCELED, DISCARDED = "canceled", "discarded"

MOST_REFERENCES: Final = 20

_CONTENT: Final = ("subject", "description", "parties", "direction", "reply_to_id")

MessageId = Annotated[str, Field(max_length=500)]


class Delivery(Value):
    """What became of the mail for one recipient; `code` is the mail server's, or an enhanced one (RFC 3463)."""

    email: Annotated[str, Field(max_length=254)]
    outcome: DeliveryOutcome
    code: Annotated[str, Field(max_length=20)] | None = None
    detail: Annotated[str, Field(max_length=500)] | None = None
    at: Moment


class NotAnEmail(Refusal):
    """Other activities have neither body nor attachments, and are not sent."""

    code = "not_an_email"


class NotADraft(Refusal):
    """What was sent or received is not written anew."""

    code = "not_a_draft"


MOVES: Final = Moves(
    {
        ActivityState.OPEN: {
            "send": ActivityState.SCHEDULED,
            "complete": ActivityState.COMPLETED,
            "cancel": ActivityState.CANCELED,
        },
        ActivityState.SCHEDULED: {"cancel": ActivityState.CANCELED},
        ActivityState.COMPLETED: {},
        ActivityState.CANCELED: {"reopen": ActivityState.OPEN},
    }
)


class Email(Activity, aggregate="activity.email"):
    """`description` is its text; of one with a body of its own, which lies beside the record, the beginning.

    It answers the e-mail `reply_to_id`. `references` are the Message-IDs of those before it, oldest first, `thread_id`
    is the first of them that is known here, or the appointment to which it invites.
    """

    personal = Personal(
        cleared=("attachments",),
        texts=(*TEXTS, "deliveries"),
        belongs_to={"regarding": None},
        parties=("parties", "deliveries"),
    )
    reasons: ClassVar[Reasons] = {
        ActivityState.OPEN: (DRAFT, FAILED, UNMATCHED),
        ActivityState.SCHEDULED: ("queued",),
        ActivityState.COMPLETED: (SENT, SENT_IN_PART, BOUNCED, RECEIVED),
        ActivityState.CANCELED: (CANCELED, DISCARDED),
    }
    moves = MOVES

    type: Annotated[Literal["email"], INITIAL, INDEXED] = "email"
    subject: Annotated[Line, LISTED, SEARCHED] = "(no subject)"
    direction: Annotated[Direction, LISTED, INITIAL] = Direction.OUTGOING
    reply_to_id: Annotated[str | None, LISTED, INITIAL, Lookup.to("activities")] = None
    message_id: Annotated[MessageId | None, GUARDED, INDEXED] = None
    in_reply_to: Annotated[MessageId | None, GUARDED] = None
    references: Annotated[tuple[MessageId, ...], GUARDED, Field(max_length=MOST_REFERENCES)] = ()
    thread_id: Annotated[str | None, GUARDED, INDEXED] = None
    attachments: Annotated[tuple[Attachment, ...], GUARDED, Field(max_length=100)] = ()
    deliveries: Annotated[tuple[Delivery, ...], GUARDED, Field(max_length=200)] = ()
    automatic: Annotated[bool, GUARDED, LISTED] = False
    body_size: Annotated[int | None, GUARDED] = None

    def begun(self, *, at: datetime) -> Self:
        if self.state is ActivityState.SCHEDULED:
            raise InvalidFields.at("/state", "not_sent", "an e-mail is created open, and then sent")
        return super().begun(at=at)

    def usual_reason(self) -> str:
        if self.state is ActivityState.COMPLETED and self.direction is Direction.INCOMING:
            return RECEIVED
        return super().usual_reason()

    def settled(self) -> Self:
        if any(not character.isprintable() for character in self.subject):
            raise InvalidFields.at("/subject", "control_characters", "must be one line of text")
        return super().settled()

    def revised(self, before: Activity) -> Self:
        changed = [name for name in _CONTENT if getattr(self, name) != getattr(before, name)]
        if changed:
            self.require_draft()
        written = {"body_size": None} if "description" in changed else {}
        if self.status_reason == UNMATCHED and self.regarding is not None:
            filed = {"state": ActivityState.COMPLETED, "status_reason": RECEIVED, "occurred_at": self.created_at}
            return self.evolve(**filed).settled()
        return self.model_copy(update=written).settled()

    def require_draft(self) -> None:
        if self.state is not ActivityState.OPEN or self.status_reason == UNMATCHED:
            raise NotADraft(f"an e-mail that is {self.status_reason} keeps its contents")

    def queued(self, *, parties: Sequence[Party], message_id: str, parent: "Email | None", start: datetime) -> Self:
        """The e-mail on its way from `start` on, in the thread of the e-mail that it answers."""
        self.require_draft()
        return self._moved(
            "send",
            None,
            parties=tuple(parties),
            message_id=message_id,
            deliveries=(),
            start=start,
            end=None,
            **self.following(parent),
        )

    def following(self, parent: "Email | None") -> Mapping[str, object]:
        """Its place in the thread of the e-mail that it answers."""
        if parent is None:
            return {"thread_id": self.thread_id or self.id}
        before = [*parent.references, *([parent.message_id] if parent.message_id else [])]
        return {
            "in_reply_to": parent.message_id,
            "references": tuple(before[:1] + before[1:][-MOST_REFERENCES + 1 :]),
            "thread_id": parent.thread_id or parent.id,
        }

    def delivered(self, deliveries: Sequence[Delivery], *, at: datetime) -> Self:
        """The mail server has taken it; or has refused it for everybody, which makes it a draft again."""
        told = {"deliveries": tuple(deliveries)}
        taken = sum(each.outcome is DeliveryOutcome.TAKEN for each in deliveries)
        if not taken:
            return self.evolve(state=ActivityState.OPEN, status_reason=FAILED, **told).settled()
        reason = SENT if taken == len(deliveries) else SENT_IN_PART
        return self.evolve(state=ActivityState.COMPLETED, status_reason=reason, occurred_at=at, **told).settled()
