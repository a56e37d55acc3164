from libs.domain.grants import Operation
from services.gateway.ownership import BUILT, OWNERS, SHARED
from services.gateway.work_areas.model import WORK_AREAS, title, visible


def test_sales_comes_first_and_the_others_follow() -> None:
    assert [area.name for area in WORK_AREAS] == ["Sales", "Service", "Marketing", "Settings"]


def test_every_collection_shown_has_an_owner() -> None:
    shown = {name for area in WORK_AREAS for group in area.groups for name in group.collections}

    assert shown <= OWNERS.keys() | SHARED


def test_every_built_collection_is_shown_somewhere() -> None:
    shown = {name for area in WORK_AREAS for group in area.groups for name in group.collections}

    assert shown >= BUILT


def test_only_what_is_built_is_visible() -> None:
    areas = visible({"accounts", "leads"}, may=lambda *_: True)

    sales = areas[0]
    assert [(group.name, group.collections) for group in sales.groups] == [
        ("Customers", ("accounts",)),
        ("Sales", ("leads",)),
    ]


def test_areas_in_which_nothing_may_be_read_are_left_out() -> None:
    areas = visible(BUILT, may=lambda collection, _: collection == "cases")

    assert [area.name for area in areas] == ["Service"]
    assert [group.name for group in areas[0].groups] == ["Service"]


def test_who_may_read_nothing_sees_nothing() -> None:
    assert visible(BUILT, may=lambda *_: False) == []


def test_settings_are_for_those_who_may_change_them() -> None:
    areas = visible(BUILT, may=lambda collection, operation: operation is Operation.READ or collection == "teams")

    assert [area.name for area in areas] == ["Sales", "Service", "Marketing", "Settings"]
    assert [group.collections for group in areas[-1].groups] == [("teams",)]


def test_titles_are_written_for_people() -> None:
    assert title("marketing_lists") == "Marketing Lists"
    assert title("cases") == "Cases (Incidents)"
