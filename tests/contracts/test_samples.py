"""Every kept sample is read by today's consumers, and today's producers still say all that it says."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from libs.contracts.envelope import BACKUP_RESTORED, Envelope
from libs.contracts.publishers import BY_TYPE
from tests.contracts.announcing import announced
from tests.contracts.keeping import SAMPLES, lost, read, sample_file, schema_files
from tests.contracts.records import RECORDS

KEPT = sorted(file.stem for file in SAMPLES.glob("*.json"))
DOCUMENTS = {file.name.split(".")[0]: document for file, document in schema_files().items()}


def test_every_event_has_a_sample_and_no_event_of_a_sample_is_gone() -> None:
    assert set(KEPT) == BY_TYPE.keys()


@pytest.mark.parametrize("type_", KEPT)
def test_todays_consumers_read_what_was_released(type_: str) -> None:
    """Members that came later may be missing: whoever reads a released event does without them."""
    sample = read(sample_file(type_))

    event = BY_TYPE[type_].received(Envelope.from_attributes(sample))

    snapshot = event.record.model_dump(mode="json", exclude_unset=True)
    assert [name for name, value in snapshot.items() if value is None] == []
    assert event.model_dump(mode="json", exclude_unset=True).items() <= sample["data"].items()


@pytest.mark.parametrize("type_", KEPT)
def test_todays_consumers_know_no_member_that_todays_producers_do_not_say(type_: str) -> None:
    event = BY_TYPE[type_].received(Envelope.from_attributes(announced(BY_TYPE[type_])))

    nobodys = {"owner_id"} if type_.endswith(BACKUP_RESTORED) else set()
    for known in (event, event.record):
        assert sorted(type(known).model_fields.keys() - known.model_fields_set - nobodys) == []


@pytest.mark.parametrize("type_", KEPT)
def test_todays_producers_say_all_that_was_released(type_: str) -> None:
    assert list(lost(read(sample_file(type_)), announced(BY_TYPE[type_]))) == []


@pytest.mark.parametrize("type_", KEPT)
def test_what_is_announced_is_what_the_schema_says(type_: str) -> None:
    publisher = type_.partition(".")[0]
    by_type = {**DOCUMENTS[publisher], "$ref": f"#/$defs/{type_}"}

    assert list(errors(by_type, announced(BY_TYPE[type_])["data"])) == []
    assert list(errors(by_type, read(sample_file(type_))["data"])) == []


@pytest.mark.parametrize("type_", KEPT)
def test_consumers_ignore_what_they_do_not_know_at_every_depth(type_: str) -> None:
    sample = grown(read(sample_file(type_)))

    event = BY_TYPE[type_].received(Envelope.from_attributes(sample))

    assert event.record.id == sample["data"]["record"]["id"]


@pytest.mark.parametrize("aggregate", sorted(RECORDS))
def test_the_records_of_the_samples_have_a_value_in_every_field(aggregate: str) -> None:
    empty = [name for name, value in RECORDS[aggregate] if value in (None, (), {})]

    assert empty == []


@pytest.mark.parametrize(
    ("kept", "current", "breach"),
    [
        ({"a": 1}, {}, "/a is gone"),
        ({"a": {"b": "x"}}, {"a": {"b": 1}}, "/a/b was string, is number"),
        ({"a": [{"b": True}]}, {"a": [{"b": None}]}, "/a/0/b was boolean, is null"),
    ],
)
def test_a_loss_is_found(kept: Any, current: Any, breach: str) -> None:
    assert list(lost(kept, current)) == [breach]


def test_an_addition_is_no_loss() -> None:
    assert list(lost({"a": 1}, {"a": 2, "b": "new"})) == []


def errors(schema: dict[str, Any], instance: Any) -> list[str]:
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(instance)]


def grown(value: Any) -> Any:
    """The value with a member more in each of its objects."""
    match value:
        case dict():
            return {**{name: grown(each) for name, each in value.items()}, "added_later": {"by": "a newer release"}}
        case list():
            return [grown(each) for each in value]
        case _:
            return value
