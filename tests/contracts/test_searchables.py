"""What the search over everything looks into is what `$search` of each list looks into."""

import pytest

from libs.contracts.event import Searchable, Snapshot
from libs.contracts.publishers import BY_TYPE
from libs.domain.record import Record, specs_of
from tests.contracts.records import PARTICULARS

NOT_SEARCHED = {
    "sessions", "api_keys", "roles", "custom_fields", "duplicate_rules", "webhooks", "tax_codes", "currencies",
    "pipelines", "goals", "privacy_requests", "privacy_tasks", "company_profiles", "scoring_rules",
    "assignment_rules", "relationships", "notifications", "activity_types",
    "conversion_refusals",
}  # fmt: skip
"""Collections that are no part of anybody's daily work, or whose records are found by those that they join."""

SNAPSHOTS = {type_.rpartition(".")[0]: event.snapshot for type_, event in BY_TYPE.items()}


def searchable_of(record_type: type[Record]) -> Searchable | None:
    return SNAPSHOTS[record_type.aggregate].searchable


@pytest.mark.parametrize("record_type", PARTICULARS, ids=lambda record_type: record_type.__name__)
def test_a_snapshot_names_the_fields_that_the_model_marks(record_type: type[Record]) -> None:
    searchable = searchable_of(record_type)

    if record_type.collection in NOT_SEARCHED:
        assert searchable is None
        return
    assert searchable is not None
    assert searchable.collection == record_type.collection
    assert set(searchable.fields) == {spec.name for spec in specs_of(record_type).values() if spec.searched}


@pytest.mark.parametrize("snapshot", dict.fromkeys(SNAPSHOTS.values()), ids=lambda snapshot: snapshot.__name__)
def test_subscribers_may_rely_on_what_is_searched(snapshot: type[Snapshot]) -> None:
    assert snapshot.searchable is None or set(snapshot.searchable.fields) <= snapshot.model_fields.keys()


def test_records_of_one_collection_are_searched_by_the_same_fields() -> None:
    kept = {searchable.collection: searchable for searchable in map(searchable_of, PARTICULARS) if searchable}

    assert all(searchable_of(each) in (None, kept.get(each.collection)) for each in PARTICULARS)
