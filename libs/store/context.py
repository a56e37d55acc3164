"""Who asks for a change, through what, and what it follows from."""

from dataclasses import dataclass, field

from libs.contracts.envelope import Envelope
from libs.domain.grants import EVERYTHING, Grants, Operation
from libs.store.ids import new_id


@dataclass(frozen=True, slots=True)
class Context:
    """What an event tells about its origin, and what may be done. `via` is ui, api_key, import, automation or event.

    With an `operation`, `grants` must let it reach the record that is its target. `batch` names what many records come
    in by: an import, or one bulk with all its repeats.
    """

    actor_id: str | None = None
    via: str = "automation"
    correlation_id: str = field(default_factory=new_id)
    causation_id: str | None = None
    traceparent: str | None = None
    grants: Grants = EVERYTHING
    operation: Operation | None = None
    batch: str | None = None

    @classmethod
    def of(cls, cause: Envelope) -> "Context":
        """The context of an effect of an event."""
        return cls(
            actor_id=cause.actorid,
            via="event",
            correlation_id=cause.correlationid,
            causation_id=cause.id,
            traceparent=cause.traceparent,
        )
