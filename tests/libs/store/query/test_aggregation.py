"""Groups and figures as `$apply` asks for them."""

import pytest

from libs.store.query.aggregation import Measure, Method, aggregation_of
from libs.store.query.refusals import Fault
from tests.libs.store.query.schema import FIELDS, NOW


def test_groups_have_keys_and_figures() -> None:
    text = "groupby((state, customer/name), aggregate(value with sum as total, $count as deals))"

    aggregation = aggregation_of(text, FIELDS, NOW)

    assert [key.name for key in aggregation.keys] == ["state", "customer/name"]
    assert aggregation.measures == (
        Measure("total", Method.SUM, FIELDS["value"]),
        Measure("deals", Method.COUNT, None),
    )
    assert list(aggregation.fields) == ["state", "customer/name", "total", "deals"]


def test_filters_go_before() -> None:
    aggregation = aggregation_of("filter(name eq 'a/b),c(')/filter(score gt 5)/groupby((state))", FIELDS, NOW)

    assert aggregation.filter == {"$and": [{"name": {"$eq": "a/b),c("}}, {"score": {"$gt": 5}}]}
    assert aggregation.measures == ()


def test_without_groups_all_are_one() -> None:
    assert aggregation_of("aggregate(score with max as best)", FIELDS, NOW).keys == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "unreadable"),
        ("state", "unreadable"),
        ("filter(score gt 5)", "unsupported"),
        ("groupby((state))/filter(score gt 5)", "unsupported"),
        ("groupby((state))/groupby((name))", "unsupported"),
        ("groupby(state)", "unreadable"),
        ("groupby((state)", "unreadable"),
        ("groupby((state),aggregate())", "unreadable"),
        ("groupby((colour))", "unknown_field"),
        ("groupby((tags))", "field_not_allowed"),
        ("groupby((description))", "field_not_allowed"),
        ("groupby((id))", "field_not_allowed"),
        ("groupby((state,state))", "duplicate"),
        ("groupby((customer,customer/id))", "duplicate"),
        ("groupby((customer/id),aggregate($count as customer))", "duplicate"),
        ("groupby((state),aggregate($count as state))", "duplicate"),
        ("aggregate(score with sum)", "unreadable"),
        ("aggregate(score with sum as $total)", "unreadable"),
        ("aggregate(score with median as m)", "unsupported"),
        ("aggregate(name with sum as total)", "wrong_type"),
        ("aggregate(created_at with sum as total)", "wrong_type"),
        ("aggregate(colour with sum as total)", "unknown_field"),
        ("aggregate(" + ",".join(f"$count as c{n}" for n in range(21)) + ")", "too_complex"),
        ("filter(nickname eq 'x')/groupby((state))", "unknown_field"),
    ],
)
def test_anything_else_is_refused(text: str, code: str) -> None:
    with pytest.raises(Fault) as refused:
        aggregation_of(text, FIELDS, NOW)

    assert refused.value.code == code
