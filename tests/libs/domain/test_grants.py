"""What several roles together allow, and what that keeps from a caller."""

import pytest

from libs.domain.grants import (
    EVERYTHING,
    Depth,
    FieldReadOnly,
    Grants,
    Operation,
    RowFilter,
    ShareAccess,
    may,
    paths_in,
    reaches,
    refuse_closed_fields,
    row_filter,
    trimmed,
    trimmed_event,
)
from libs.domain.refusals import InvalidFields
from libs.domain.roles import FieldAccess, RoleTerms, administering, combined

READ, WRITE, DELETE = Operation.READ, Operation.WRITE, Operation.DELETE
OWN_LEADS = RoleTerms({"leads": {READ: Depth.OWN, WRITE: Depth.OWN, DELETE: Depth.OWN}})
TEAM_LEADS = RoleTerms({"leads": {READ: Depth.TEAM}})
ALL_CASES = RoleTerms({"cases": {READ: Depth.ALL}})


def granted(*terms: RoleTerms) -> Grants:
    return combined(terms, user_id="ana", team_ids=frozenset({"north"}), mate_ids=frozenset({"ana", "rui"}))


def row(owner: str | None = "zoe", **shares: str) -> dict[str, object]:
    return {"owner_id": owner, "shares": [{"principal_id": who, "access": access} for who, access in shares.items()]}


@pytest.mark.parametrize(
    ("terms", "owner", "seen"),
    [
        (OWN_LEADS, "ana", True),
        (OWN_LEADS, "north", True),
        (OWN_LEADS, "rui", False),
        (TEAM_LEADS, "rui", True),
        (TEAM_LEADS, "zoe", False),
        (TEAM_LEADS, None, False),
        (ALL_CASES, "ana", False),
    ],
)
def test_how_deep_a_role_sees_into_a_collection(terms: RoleTerms, owner: str | None, *, seen: bool) -> None:
    assert reaches(granted(terms), "leads", READ, row(owner)) is seen


def test_the_deepest_role_counts_for_each_operation_by_itself() -> None:
    both = granted(TEAM_LEADS, OWN_LEADS)

    assert reaches(both, "leads", READ, row("rui"))
    assert not reaches(both, "leads", WRITE, row("rui"))


def test_nobody_needs_a_role_for_what_no_role_names() -> None:
    assert not may(granted(OWN_LEADS, ALL_CASES), "quotes", READ)
    assert not reaches(granted(), "leads", READ, row("ana"))
    assert may(EVERYTHING, "quotes", DELETE)


@pytest.mark.parametrize(
    ("operation", "shares", "reached"),
    [
        (READ, {"ana": "read"}, True),
        (READ, {"north": "write"}, True),
        (READ, {"rui": "read"}, False),
        (WRITE, {"ana": "read"}, False),
        (WRITE, {"ana": "write"}, True),
        (WRITE, {"ana": "read", "north": "write"}, True),
        (DELETE, {"ana": "write"}, False),
    ],
)
def test_what_a_share_opens(operation: Operation, shares: dict[str, str], *, reached: bool) -> None:
    assert reaches(granted(OWN_LEADS), "leads", operation, row(**shares)) is reached


def test_a_share_opens_nothing_to_whom_no_role_lets_into_the_collection() -> None:
    assert not reaches(granted(ALL_CASES), "leads", READ, row(ana="write"))


def test_a_filter_is_none_only_where_all_rows_are_reached() -> None:
    assert row_filter(granted(ALL_CASES), "cases", READ) is None
    assert row_filter(granted(ALL_CASES), "leads", READ) == RowFilter()
    assert row_filter(granted(OWN_LEADS), "leads", WRITE) == RowFilter(
        frozenset({"ana", "north"}), frozenset({"ana", "north"}), ShareAccess.WRITE
    )


@pytest.mark.parametrize("grants", [granted(), administering("ana", frozenset({"north"}))], ids=["few", "all"])
def test_what_is_personal_is_seen_by_whom_it_is_for_and_by_the_service_itself(grants: Grants) -> None:
    seen = [owner for owner in ("ana", "north", "rui", None) if reaches(grants, "notifications", READ, row(owner))]

    assert seen == ["ana", "north"]
    assert not may(grants, "notifications", WRITE)
    assert reaches(EVERYTHING, "notifications", WRITE, row("rui"))


def closing(**fields: FieldAccess) -> RoleTerms:
    return RoleTerms({"leads": {READ: Depth.ALL, WRITE: Depth.ALL}}, {"leads": fields})


HIDES = closing(email=FieldAccess.HIDDEN, phone=FieldAccess.HIDDEN)
LOCKS = closing(email=FieldAccess.READ_ONLY)


def test_a_field_is_as_open_as_the_most_open_role() -> None:
    together = granted(HIDES, LOCKS).on("leads")

    assert (together.hidden, together.read_only) == (frozenset(), frozenset({"email"}))


def test_a_role_of_another_collection_opens_no_field() -> None:
    assert granted(HIDES, ALL_CASES).on("leads").hidden == {"email", "phone"}


def test_what_documents_take_over_is_hidden_where_that_is() -> None:
    reading = {READ: Depth.ALL}
    quotes = RoleTerms({"quotes": reading, "invoices": reading})
    contacts = RoleTerms({"contacts": reading}, {"contacts": {"billing_address": FieldAccess.HIDDEN}})

    grants = granted(HIDES, contacts, quotes)

    assert grants.on("quotes").hidden == {"billing_address", "prospect"}
    assert grants.on("invoices").hidden == {"billing_address"}
    assert granted(quotes).on("quotes").hidden == frozenset()


def test_hidden_fields_leave_records_and_events() -> None:
    grants = granted(HIDES)
    record = {"id": "1", "email": "a@example.org", "topic": "Loan"}
    data = {"record": record, "changed": {"phone": {"before": 1, "after": 2}, "topic": {}}, "email": "x", "lead_id": 1}

    assert trimmed(record, grants, "leads") == {"id": "1", "topic": "Loan"}
    assert trimmed(record, grants, "cases") == record
    assert trimmed_event(data, grants, "leads") == {
        "record": {"id": "1", "topic": "Loan"},
        "changed": {"topic": {}},
        "lead_id": 1,
    }


def test_setting_a_closed_field_names_it() -> None:
    with pytest.raises(InvalidFields) as hidden:
        refuse_closed_fields({"email", "topic"}, granted(HIDES), "leads")
    with pytest.raises(FieldReadOnly) as locked:
        refuse_closed_fields({"email", "topic"}, granted(LOCKS), "leads")

    assert [error.pointer for error in hidden.value.errors] == ["/email"]
    assert [error.pointer for error in locked.value.errors] == ["/email"]
    refuse_closed_fields({"topic"}, granted(LOCKS), "leads")


ONE_CUSTOM = closing(**{"custom/debt": FieldAccess.HIDDEN, "custom/rank": FieldAccess.READ_ONLY})
ALL_CUSTOM = closing(custom=FieldAccess.HIDDEN)


def test_a_custom_field_is_closed_by_itself_or_with_all_of_them() -> None:
    both = granted(ONE_CUSTOM, ALL_CUSTOM).on("leads")

    assert both.hidden == {"custom/debt"}
    assert both.read_only == {"custom/rank"}


def test_a_hidden_custom_field_leaves_records_and_events() -> None:
    grants = granted(ONE_CUSTOM)
    custom = {"debt": 9, "size": 2}
    data = {"record": {"custom": custom}, "changed": {"custom": {"before": None, "after": custom}}}

    assert trimmed({"id": "1", "custom": custom}, grants, "leads") == {"id": "1", "custom": {"size": 2}}
    assert trimmed_event(data, grants, "leads") == {
        "record": {"custom": {"size": 2}},
        "changed": {"custom": {"before": None, "after": {"size": 2}}},
    }


def test_a_change_of_nothing_but_a_hidden_custom_field_is_none() -> None:
    changed = {"custom": {"before": {"debt": 1, "size": 2}, "after": {"debt": 9, "size": 2}}, "topic": {}}

    assert trimmed(changed, granted(ONE_CUSTOM), "leads") == {"topic": {}}


@pytest.mark.parametrize(("name", "refusal"), [("debt", InvalidFields), ("rank", FieldReadOnly)])
def test_setting_a_closed_custom_field_names_it(name: str, refusal: type[InvalidFields | FieldReadOnly]) -> None:
    with pytest.raises(refusal) as refused:
        refuse_closed_fields(paths_in({"topic", "custom"}, {"size": 1, name: 2}), granted(ONE_CUSTOM), "leads")

    assert [error.pointer for error in refused.value.errors] == [f"/custom/{name}"]
    refuse_closed_fields(paths_in({"custom"}, {"size": 1}), granted(ONE_CUSTOM), "leads")


def test_what_closes_a_field_closes_its_members() -> None:
    with pytest.raises(FieldReadOnly):
        refuse_closed_fields(["address/city"], granted(closing(address=FieldAccess.READ_ONLY)), "leads")
