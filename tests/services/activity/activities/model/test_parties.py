"""Who takes part in an activity."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from libs.contracts.privacy import Person
from libs.domain.refusals import InvalidFields
from libs.privacy.erasing import without_person
from libs.privacy.scrubbing import Erased
from libs.store.documents import to_document, to_record
from services.activity.activities.model.kinds import AnyActivity
from services.activity.activities.model.parties import Party
from services.activity.activities.model.task import Task

NOW = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)
ADA = {"role": "organizer", "collection": "contacts", "id": "ada"}


def task(*parties: dict[str, Any]) -> Task:
    return Task.model_validate({"id": "t", "subject": "Review", "parties": parties})


@pytest.mark.parametrize(
    "party",
    [
        {"role": "to"},
        {"role": "to", "collection": "contacts"},
        {"role": "to", "id": "ada"},
        {"role": "spectator", "email": "ada@example.org"},
        {"role": "to", "email": "ada"},
        {"role": "cc", "email": "ada@example.org", "response": "accepted"},
    ],
)
def test_a_party_is_somebody_and_answers_only_where_they_were_invited(party: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Party.model_validate(party)


@pytest.mark.parametrize("role", ["sender", "organizer", "owner"])
def test_there_is_one_at_most_in_some_roles(role: str) -> None:
    several = task({**ADA, "role": "required"}, {**ADA, "role": role}, {"role": role, "name": "Bob"})

    with pytest.raises(InvalidFields) as refused:
        several.settled()

    assert refused.value.errors[0].pointer == "/parties/2/role"


def test_several_may_be_written_to_and_one_may_have_several_roles() -> None:
    parties = [ADA, {**ADA, "role": "required"}, *({"role": "to", "email": f"{name}@example.org"} for name in "abc")]

    assert len(task(*parties).settled().parties) == 5


def test_of_the_parties_of_an_activity_the_one_who_is_erased_is_taken_out() -> None:
    address = {"role": "required", "email": "ada@example.org", "response": "accepted"}
    other = {"role": "required", "email": "bob@example.org"}
    before = to_document(task({**ADA, "name": "Ada Lovelace", "phone": "030 1"}, address, other))
    erased = Erased.of(Person(records=("contacts/ada",), emails=("ada@example.org",)), b"salt")

    left = to_record(AnyActivity, without_person(AnyActivity, before, erased))

    assert [party.model_dump(exclude_none=True, exclude_defaults=True) for party in left.parties] == [ADA, other]
