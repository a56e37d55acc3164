"""What services announce is declared, and their records have what the declarations promise."""

import sys
from collections.abc import Sequence
from itertools import chain
from types import ModuleType
from typing import Any

import pytest

from libs.bus.definitions import Consumer, Projection, Topic, keys_of
from libs.contracts.envelope import BACKUP_RESTORED, ERASED, RESTATED
from libs.contracts.event import Event, Snapshot
from libs.contracts.privacy import REPORTED
from libs.contracts.publishers import BY_TYPE, MERGEABLE, MODULES, PUBLISHERS
from libs.domain.lifecycle import Lifecycle
from libs.domain.moves import Moves
from libs.domain.record import Record
from libs.web.resource import Resource, lifecycle_actions
from tests.contracts.compatible import Pair
from tests.support.suite import SERVICES

PAST_TENSE = {
    "cancel": "canceled",
    "fulfil": "fulfilled",
    "hold": "held",
    "lose": "lost",
    "record_consent": "consent_changed",
    "make_ready": "made_ready",
    "record_payment": "payment_recorded",
    "record_refund": "refund_recorded",
    "reverse_payment": "payment_reversed",
    "win": "won",
    "remove_members": "members_removed",
    "remove_second_factor": "second_factor_removed",
    "send": "scheduled",
    "share": "updated",
    "submit": "submitted",
    "unshare": "updated",
    "copy": "created",  # of the copy; nothing happens to the original
}
STAMPED = {"created_at"}
"""The unit of work fills these before a record is stored, so that nobody sees them empty."""
FOLLOWS = {"sales.opportunity": {"stage", "probability", "forecast_category"}}
"""A rule fills these where a client gives none."""


def kinds_of(record_type: type[Record]) -> tuple[type[Record], ...]:
    return tuple(record_type.kinds.values()) or (record_type,)


RECORDS = {kind.aggregate: kind for service in SERVICES for each in service.all_records() for kind in kinds_of(each)}
RESOURCES = [
    pytest.param(resource, kind.aggregate, id=kind.aggregate)
    for service in SERVICES
    for resource in service.resources
    for kind in kinds_of(resource.record)
]
SNAPSHOTS: dict[str, type[Snapshot]] = {
    type_.rpartition(".")[0]: event.snapshot
    for type_, event in BY_TYPE.items()
    if not type_.endswith(BACKUP_RESTORED)  # of a service, not of a record
}


def past(action: str) -> str:
    if action in PAST_TENSE:
        return PAST_TENSE[action]
    return f"{action[:-1]}ied" if action.endswith("y") else f"{action.removesuffix('e')}ed"


@pytest.mark.parametrize(("resource", "aggregate"), RESOURCES)
def test_what_every_record_can_undergo_is_declared(resource: Resource[Any], aggregate: str) -> None:
    verbs = {"created", "updated", "assigned"} | ({"deleted", "restored"} if resource.removable else set())

    assert {f"{aggregate}.{verb}" for verb in verbs} - BY_TYPE.keys() == set()


@pytest.mark.parametrize(("resource", "aggregate"), RESOURCES)
def test_every_action_announces_what_is_declared(resource: Resource[Any], aggregate: str) -> None:
    announced = {f"{aggregate}.{past(action.name)}" for action in resource.all_actions()}

    assert announced - BY_TYPE.keys() == set()


@pytest.mark.parametrize(("resource", "aggregate"), RESOURCES)
def test_whoever_can_be_merged_is_known_to_everybody(resource: Resource[Any], aggregate: str) -> None:
    declared = {f"{aggregate}.{verb}" for verb in ("merged", "unmerged")} & BY_TYPE.keys()

    assert len(declared) == (2 if resource.record.mergeable else 0)
    assert (resource.collection in MERGEABLE) is resource.record.mergeable
    assert resource.record.mergeable or resource.merging is None, "its merging would count for nothing"
    if resource.record.mergeable and resource.merging is None:
        assert (resource.change, resource.restore) == (None, None), "merging has to keep these rules too"


@pytest.mark.parametrize("aggregate", sorted(RECORDS))
def test_every_move_announces_what_is_declared(aggregate: str) -> None:
    announced = {f"{aggregate}.{past(move)}" for move in moves_of(RECORDS[aggregate])}

    assert announced - BY_TYPE.keys() == set()


def moves_of(record_type: type[Record]) -> frozenset[str]:
    """The actions in the table of moves that stands beside the record, or beside what it inherits from."""
    for each in record_type.__mro__:
        moves = getattr(sys.modules[each.__module__], "MOVES", None)
        if isinstance(moves, Moves):
            return moves.actions
    return frozenset()


@pytest.mark.parametrize("publisher", sorted(PUBLISHERS))
def test_every_class_is_listed_once_and_is_of_its_publisher(publisher: str) -> None:
    named = [each for module in MODULES[publisher] for each in vars(module).values() if is_event(each, module)]
    classes = list(dict.fromkeys([*named, *(each for module in MODULES[publisher] for each in module.EVENTS)]))

    of_every_service = (RESTATED, ERASED, REPORTED, BACKUP_RESTORED)
    listed = [each for each in PUBLISHERS[publisher] if not each.type.endswith(of_every_service)]
    assert sorted(each.__name__ for each in classes) == sorted(each.__name__ for each in listed)
    assert len({each.type for each in classes}) == len(classes)
    assert {each.type.partition(".")[0] for each in classes} <= {publisher}


def is_event(each: object, module: ModuleType) -> bool:
    """Whether it is an event class of that module's own; those in brackets are pydantic's, made in passing."""
    named = isinstance(each, type) and each.__module__ == module.__name__ and "[" not in each.__name__
    return named and isinstance(each, type) and issubclass(each, Event)


def test_every_declared_event_is_about_a_record_that_a_service_keeps() -> None:
    assert SNAPSHOTS.keys() == RECORDS.keys()


@pytest.mark.parametrize("aggregate", sorted(SNAPSHOTS))
def test_records_have_what_their_snapshot_promises(aggregate: str) -> None:
    promised = SNAPSHOTS[aggregate].model_json_schema()
    written = written_of(RECORDS[aggregate])

    assert promised["properties"].keys() - written["properties"].keys() == set()
    assert list(Pair(written, promised).misfits(written, promised, aggregate)) == []


def written_of(record_type: type[Record]) -> dict[str, Any]:
    """The schema of a record's public form: every field is there, null where it has no value."""
    schema = record_type.model_json_schema(mode="serialization")
    members = schema["properties"]
    for name in STAMPED | FOLLOWS.get(record_type.aggregate, set()):
        members[name] = {"anyOf": [each for each in members[name]["anyOf"] if each != {"type": "null"}]}
    if lifecycle_actions(record_type):
        members["state"] = {"type": "string", "enum": list(Lifecycle)}
    return schema


@pytest.mark.parametrize("aggregate", sorted(SNAPSHOTS))
def test_the_aggregate_begins_with_the_service_that_keeps_it(aggregate: str) -> None:
    (keeper,) = [
        service.name for service in SERVICES for each in service.all_records() if RECORDS[aggregate] in kinds_of(each)
    ]

    assert aggregate.partition(".")[0] == keeper


def test_everything_that_is_listened_to_is_announced_by_somebody() -> None:
    listened = {
        (service.name, key)
        for service in SERVICES
        for topics in (each.topics for each in chain[Consumer | Projection](service.consumers, service.projections))
        for key in keys_of(topics)
    }

    assert {(name, key) for name, key in listened if not any(matches(key, type_) for type_ in BY_TYPE)} == set()


@pytest.mark.parametrize("aggregate", sorted(SNAPSHOTS))
def test_projections_hear_what_is_told_once_more_and_nothing_with_effects_does(aggregate: str) -> None:
    of_aggregate = [type_ for type_ in BY_TYPE if type_.startswith(f"{aggregate}.")]
    restated = f"{aggregate}.{RESTATED}"

    def hears(topics: Sequence[Topic], type_: str) -> bool:
        return any(matches(key, type_) for key in keys_of(topics))

    projections = [each for service in SERVICES for each in service.projections]
    followers = [each for each in projections if any(hears(each.topics, type_) for type_ in of_aggregate)]
    assert [each.name for each in followers if not hears(each.topics, restated)] == []
    consumers = [each for service in SERVICES for each in service.consumers]
    assert [each.name for each in consumers if hears(each.topics, restated)] == []


def matches(key: str, type_: str) -> bool:
    """Whether a binding of a topic exchange takes in a type."""
    words, parts = key.split("."), type_.split(".")
    if words[-1] == "#":
        words = [*words[:-1], *["*"] * (len(parts) - len(words) + 1)]
    return len(words) == len(parts) and all(word in {"*", part} for word, part in zip(words, parts, strict=True))


@pytest.mark.parametrize(
    ("writer", "reader", "misfit"),
    [
        ({"type": "string"}, {"type": "integer"}, "at: string is not integer"),
        ({"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["a"]}, "at: b is unknown"),
        ({"type": "string"}, {"type": "string", "enum": ["a"]}, "at: anything is unknown"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string"}, "at: null is not string"),
        ({"type": "string"}, {"type": "string", "format": "date"}, "at: string is no date"),
        ({"type": "array", "items": {"type": "null"}}, {"type": "array", "items": {"type": "string"}}, "at/0: null is"),
        ({"properties": {}}, {"properties": {"id": {}}, "required": ["id"]}, "at/id is never written"),
    ],
)
def test_a_misfit_is_found(writer: dict[str, Any], reader: dict[str, Any], misfit: str) -> None:
    (found,) = Pair(writer, reader).misfits(writer, reader, "at")

    assert found.startswith(misfit)
