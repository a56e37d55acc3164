"""One collection, several kinds of record."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import ValidationError

from libs.domain.fields import INITIAL, LISTED, Line
from libs.domain.kinds import described, kind_named, kind_of
from libs.domain.record import Record, draft_of, specs_of
from libs.domain.refusals import InvalidFields
from libs.store.documents import public, to_record


class Pet(Record, collection="pets", aggregate="zoo.pet"):
    type: Annotated[str, INITIAL, LISTED]
    name: Annotated[Line, LISTED]


class Dog(Pet, aggregate="zoo.dog"):
    type: Annotated[Literal["dog"], INITIAL, LISTED] = "dog"
    tricks: tuple[Line, ...] = ()


class Fish(Pet, aggregate="zoo.fish"):
    type: Annotated[Literal["fish"], INITIAL, LISTED] = "fish"
    salt_water: bool = False


class AnyPet(Pet, kinds=(Dog, Fish)):
    """What the collection holds."""


def test_kinds_share_the_collection_and_are_aggregates_of_their_own() -> None:
    assert {kind.collection for kind in (AnyPet, Dog, Fish)} == {"pets"}
    assert (AnyPet.aggregate, Dog.aggregate, Fish.aggregate) == ("zoo.pet", "zoo.dog", "zoo.fish")


def test_a_document_is_read_and_shown_as_the_kind_it_is() -> None:
    document = {"_id": "1", "type": "fish", "name": "Wanda", "salt_water": True}

    assert isinstance(to_record(AnyPet, document), Fish)
    assert "tricks" not in public(AnyPet, document)
    assert public(AnyPet, document)["salt_water"] is True


def test_a_kind_that_is_not_known_here_is_read_by_what_all_have() -> None:
    assert kind_of(AnyPet, {"type": "bird"}) is AnyPet
    assert to_record(AnyPet, {"_id": "1", "type": "bird", "name": "Tweety"}).name == "Tweety"


@pytest.mark.parametrize("values", [{}, {"type": None}, {"type": "bird"}, {"type": ["dog"]}])
def test_input_must_name_a_kind(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidFields) as refused:
        kind_named(AnyPet, values)

    assert refused.value.errors[0].pointer == "/type"
    assert "dog, fish" in refused.value.detail


def test_input_is_checked_by_the_kind_it_names() -> None:
    draft = draft_of(kind_named(AnyPet, {"type": "dog"}))

    assert draft.model_validate_json('{"type": "dog", "name": "Rex", "tricks": ["sit"]}').values()["tricks"] == ("sit",)
    with pytest.raises(ValidationError, match="salt_water"):
        draft.model_validate_json('{"type": "dog", "name": "Rex", "salt_water": true}')


def test_lists_know_the_fields_of_all_kinds() -> None:
    names = list(specs_of(AnyPet))

    assert set(names) == {*specs_of(Dog), *specs_of(Fish)}
    assert names[: len(Pet.model_fields)] == list(Pet.model_fields)


def test_the_description_of_a_body_tells_the_kinds_apart() -> None:
    schema = described(AnyPet, draft_of).model_json_schema()

    assert schema["discriminator"]["propertyName"] == "type"
    assert described(Dog) is Dog
