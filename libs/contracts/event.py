"""Events as classes: a past-tense name, a type on the wire, and what a subscriber may rely on."""

import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from inspect import cleandoc
from types import new_class
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, PrivateAttr

from libs.contracts.envelope import ERASED, RESTATED, Envelope
from libs.contracts.values import Alias


@dataclass(frozen=True, slots=True)
class Searchable:
    """By which fields of the record the search over everything finds it.

    `title` is what people call it: the first of these that has a value; to find a word in any of them counts most.
    What else `title` and `subtitle` name is shown beneath it; `text` is only looked into.
    """

    collection: str
    title: tuple[str, ...]
    subtitle: tuple[str, ...] = ()
    text: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.title, *self.subtitle, *self.text)


class Snapshot(BaseModel):
    """The part of a record's public state that subscribers may rely on; what else it has is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    searchable: ClassVar[Searchable | None] = None

    id: str
    version: int
    owner_id: str | None = None


S = TypeVar("S", bound=Snapshot)


class Event(BaseModel, Generic[S]):
    """What happened to one record.

    A producer gives only the event's own fields; the unit of work adds `record`, `changed` and `access`.
    A consumer reads `record` and `envelope` of an event that was received.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    snapshot: ClassVar[builtins.type[Snapshot]]
    _envelope: Envelope | None = PrivateAttr(default=None)

    @classmethod
    def __pydantic_init_subclass__(cls, *, type: str | None = None, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        arguments = cls.__pydantic_generic_metadata__["args"]
        if arguments and not isinstance(arguments[0], TypeVar):
            cls.snapshot = arguments[0]
        if type is not None:
            cls.type = type

    # The type checker reads class arguments from here; pydantic hands them to the hook above.
    def __init_subclass__(cls, *, type: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)

    @classmethod
    def received(cls, envelope: Envelope) -> Self:
        """The event in an envelope; unknown fields are ignored at every depth, since v1 may grow."""
        own = {name: envelope.data[name] for name in cls.model_fields if name in envelope.data}
        event = cls.model_validate(own, extra="ignore")
        event._envelope = envelope  # noqa: SLF001  # its own class gives it
        return event

    @property
    def envelope(self) -> Envelope:
        if self._envelope is None:
            raise LookupError(f"{type(self).__name__} was not received; only received events have an envelope")
        return self._envelope

    @cached_property
    def record(self) -> S:
        """The record as it was after the event."""
        return cast(S, self.snapshot.model_validate(self.envelope.record, extra="ignore"))

    def payload(self) -> Mapping[str, Any]:
        """The event's own fields, ready for JSON."""
        return self.model_dump(mode="json") if type(self).model_fields else {}


E = TypeVar("E", bound=Event[Any])


class Merged(Event[S], Generic[S]):
    """Others were found to be the same as this one: from now on their ids lead here, as `aliases` says of each."""

    merged_ids: tuple[str, ...]
    aliases: tuple[Alias, ...]


class Unmerged(Event[S], Generic[S]):
    """One that had been merged into this one is a record of its own again, which its id leads to once more."""

    unmerged_id: str
    aliases: tuple[Alias, ...]


def restated(aggregate: str, snapshot: type[Snapshot], *, mergeable: bool) -> type[Event[Any]]:
    """The event that tells a record of this aggregate once more, as every service can for all of its records."""
    told: Mapping[str, tuple[object, object]] = {"recovered": (bool, False), "removed": (bool, False)}
    doc = (
        "Nothing has happened: the record is told once more as it is, for those who do not have it. After a restore "
        "from backup it is `recovered`: as it was, though newer was told of it. One that is in the recycle bin is "
        "`removed`."
    )
    if mergeable:
        told = {**told, "aliases": (tuple[Alias, ...], ())}
        doc += " `aliases` are of those that were merged into it."
    annotations = {name: type_ for name, (type_, _) in told.items()}
    defaults = {name: default for name, (_, default) in told.items()}
    return _made(Event, aggregate, snapshot, RESTATED, {"__doc__": doc, "__annotations__": annotations, **defaults})


def erased(aggregate: str, snapshot: type[Snapshot]) -> type[Event[Any]]:
    """The event that tells a record of this aggregate without the person that it was about."""
    meaning = "Whom the record was about is erased. Forget what you know of them; it is not said what that was."
    return _made(Event, aggregate, snapshot, ERASED, {"__doc__": meaning})


def happened(aggregate: str, snapshot: type[Snapshot], verb: str) -> type[Event[Any]]:
    """An event that has no fields of its own, and that nobody here names."""
    return _made(Event, aggregate, snapshot, verb, {})


def merged(aggregate: str) -> type[Merged[Any]]:
    """The event of a merge, for who announces those of any aggregate."""
    return _made(Merged, aggregate, Snapshot, "merged", {})


def unmerged(aggregate: str) -> type[Unmerged[Any]]:
    """The event of a merge that is undone, likewise."""
    return _made(Unmerged, aggregate, Snapshot, "unmerged", {})


def _made(kind: type[E], aggregate: str, snapshot: type[Snapshot], verb: str, members: Mapping[str, Any]) -> type[E]:
    name = f"{aggregate.rpartition('.')[2].title().replace('_', '')}{verb.title()}"
    made: type[E] = new_class(
        name,
        (kind.__class_getitem__(snapshot),),
        {"type": f"{aggregate}.{verb}"},
        lambda namespace: namespace.update(members),
    )
    return made


def meaning_of(event: type[Event[Any]]) -> str:
    """When it is announced, in a sentence."""
    if event.__doc__ and event.__doc__ != Event.__doc__:
        return " ".join(cleandoc(event.__doc__).split())
    _, aggregate, verb = event.type.split(".")
    article = "An" if aggregate[0] in "aeio" else "A"
    return f"{article} {aggregate.replace('_', ' ')} was {verb.replace('_', ' ')}."
