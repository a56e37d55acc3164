"""What a model says to be about a person, and that none forgets to."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Final

import pytest
from pydantic import BaseModel

from libs.contracts.privacy import Person, PersonalFields
from libs.contracts.values import Address, Reference
from libs.domain.people import Email, Phone
from libs.domain.personal import Personal
from libs.domain.record import Record, specs_of
from tests.support.suite import SERVICES

SURE: Final = re.compile(r"(^|_)(e?mail|phone|birth|address|(first|last|full)_name)")
"""Names of fields that are about a person wherever they stand."""
LIKELY: Final = re.compile(r"(^|_)(name|names|phone_number)(_|$)")
"""The same, in records that are about people anyhow."""

MODELS: Final = sorted(
    {kind for service in SERVICES for each in service.all_records() for kind in (each.kinds.values() or (each,))},
    key=lambda kind: kind.aggregate,
)

PERSONAL: Final = Personal(
    cleared=("email",),
    emails=("email", "prospect.email"),
    phones=("phones",),
    names=("full_name",),
    belongs_to={"customer": None, "contact_id": "contacts"},
    owns={"response_ids": "activities"},
)


def members(record_type: type[BaseModel], under: str = "") -> Iterator[str]:
    """Every field as a path, those of values within it too; what a reference has is that of another record."""
    for name, info in record_type.model_fields.items():
        yield f"{under}{name}"
        for inner in [info.annotation, *getattr(info.annotation, "__args__", ())]:
            if isinstance(inner, type) and issubclass(inner, BaseModel) and inner is not Reference:
                yield from members(inner, f"{under}{name}.")


def undeclared(record_type: type[Record]) -> list[str]:
    """Fields that look as if they were about a person, and of which the model does not say what becomes of them."""
    personal = record_type.personal or Personal()
    declared = {path.partition(".")[0] for path in (*personal.fields, *personal.kept)}
    own = [path for path in members(record_type) if path.partition(".")[0] not in declared]
    last = {path: path.rpartition(".")[2] for path in own}
    about_people = record_type.personal is not None
    return [path for path, name in last.items() if SURE.search(name) or (about_people and LIKELY.search(name))]


@pytest.mark.parametrize("record_type", MODELS, ids=lambda kind: kind.aggregate)
def test_every_model_says_what_of_it_is_about_a_person(record_type: type[Record]) -> None:
    assert undeclared(record_type) == []


@pytest.mark.parametrize("record_type", MODELS, ids=lambda kind: kind.aggregate)
def test_what_is_declared_is_there(record_type: type[Record]) -> None:
    personal = record_type.personal or Personal()
    known = {*members(record_type), *specs_of(record_type)}
    named = {*personal.fields, *personal.kept, *personal.paths}

    assert {path for path in named if path not in known and not path.endswith(".name")} == set()


def test_a_model_that_forgets_is_found() -> None:
    class Guest(Record, collection="guests", aggregate="test.guest"):
        personal = Personal(cleared=("email",))

        email: Email | None = None
        nick_name: str | None = None
        home: Address | None = None
        backup_phone: Annotated[Phone | None, "of a friend"] = None

    class Sender(BaseModel):
        email: str

    class Letter(Record, collection="letters", aggregate="test.letter"):
        sender: Sender
        name: str

    assert undeclared(Guest) == ["nick_name", "backup_phone"]
    assert undeclared(Letter) == ["sender.email"]


@pytest.mark.parametrize(
    "document",
    [
        {"email": "Ana@Example.org"},
        {"prospect": {"email": "ana@example.org"}},
        {"phones": ["030 1", "+49 (30) 123456"]},
        {"customer": {"collection": "contacts", "id": "7"}},
        {"contact_id": "7"},
    ],
    ids=lambda document: next(iter(document)),
)
def test_a_record_is_known_to_be_theirs(document: dict[str, Any]) -> None:
    person = Person(records=("contacts/7",), emails=("ana@example.org",), phone_keys=("+4930123456",))

    assert PERSONAL.is_theirs("leads/1", document, person)


def test_somebody_of_the_same_name_and_number_is_somebody_else() -> None:
    person = Person(records=("contacts/7",), phones=("+49 30 123456",), names=("Ana Costa",))
    document = {
        "full_name": "Ana Costa",
        "phones": ["+49 30 123456"],
        "customer": {"collection": "accounts", "id": "7"},
    }

    assert not PERSONAL.is_theirs("leads/1", document, person)


@pytest.mark.parametrize(
    "party",
    [{"role": "to", "collection": "contacts", "id": "7"}, {"role": "to", "email": "Ana@example.org"}],
    ids=["record", "address"],
)
def test_a_record_with_several_parties_is_of_each_and_tells_of_none(party: dict[str, Any]) -> None:
    personal = Personal(cleared=("phone",), phones=("phone",), parties=("parties",))
    ana = Person(records=("contacts/7",), emails=("ana@example.org",))
    document = {"phone": "030 1", "parties": [{"role": "to", "email": "bob@example.org"}, party]}

    assert personal.is_theirs("activities/1", document, ana)
    told = personal.told("activities/1", document, ana)
    assert told == Person(
        records=("activities/1",), personal=(PersonalFields(collection="activities", fields=("phone",)),)
    )
    assert personal.told("activities/1", document, ana.joined(told)) == told
    assert not personal.is_theirs("activities/1", {"parties": [document["parties"][0]]}, ana)


def test_a_record_tells_of_its_person_and_of_their_other_records() -> None:
    document = {"email": "Ana@example.org", "phones": ["030 1"], "full_name": "Ana Costa", "response_ids": ["r1", "r2"]}

    assert PERSONAL.told("leads/1", document, Person()) == Person(
        records=("leads/1", "activities/r1", "activities/r2"),
        emails=("ana@example.org",),
        phones=("030 1",),
        names=("Ana Costa",),
        personal=(PersonalFields(collection="leads", fields=("email",)),),
    )
