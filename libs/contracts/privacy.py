"""How services find, hand out and erase what they have of one person: the request, and each service's answers."""

from enum import StrEnum
from types import new_class
from typing import Annotated, Any, Final

from pydantic import Field

from libs.contracts.event import Event, Snapshot
from libs.contracts.values import Day, Value

REPORTED: Final = "reported"
"""The verb of a service's answer."""


class PrivacyKind(StrEnum):
    EXPORT = "export"
    ERASURE = "erasure"


class PrivacyStep(StrEnum):
    """What services are to do: look only, write their part of the export, erase."""

    FIND = "find"
    EXPORT = "export"
    ERASE = "erase"


class PersonalFields(Value):
    """Which fields of a collection's records are about a person."""

    collection: str
    fields: tuple[str, ...]


class Person(Value):
    """What is known of a person: their records as `<collection>/<id>`, and what they are recognised by.

    Whoever has one of `emails`, or a number that is one of `phone_keys`, is this person. `phones` and `names` are what
    their records say: others may have them too. `personal` tells, of each collection of their records, which fields
    are about them.
    """

    records: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phone_keys: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    personal: tuple[PersonalFields, ...] = ()

    def ids_in(self, collection: str) -> list[str]:
        """The ids of their records of one collection."""
        named = (each.partition("/") for each in self.records)
        return [id_ for name, _, id_ in named if name == collection]

    def joined(self, other: "Person") -> "Person":
        """What both know, each thing once."""
        both = {name: (*getattr(self, name), *getattr(other, name)) for name in Person.model_fields}
        return Person(**{name: tuple(dict.fromkeys(values)) for name, values in both.items()})


class Found(Value):
    """How much of a collection is the person's. An erasure has changed `count`, and left `retained` as they are because
    the law wants them kept: the last of them until the end of `retained_until`. An export hands out `files` as they
    are, all else as JSON.
    """

    collection: str
    count: Annotated[int, Field(ge=0)]
    retained: Annotated[int, Field(ge=0)] = 0
    retained_until: Day | None = None
    files: bool | None = None


class PrivacyTaskSnapshot(Snapshot):
    """A service's answer in one round of a step. `error` is the code of what went wrong."""

    request_id: str
    step: PrivacyStep
    round: int
    found: tuple[Found, ...] = ()
    person: Person | None = None
    error: str | None = None


def reported(service: str) -> type[Event[Any]]:
    """The event by which a service answers, as every service does."""
    made: type[Event[Any]] = new_class(
        "PrivacyTaskReported",
        (Event.__class_getitem__(PrivacyTaskSnapshot),),
        {"type": f"{service}.privacy_task.{REPORTED}"},
        lambda namespace: namespace.update(
            {"__doc__": "The service has done its part of a privacy request, or says why it cannot."}
        ),
    )
    return made
