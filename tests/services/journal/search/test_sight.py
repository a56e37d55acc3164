"""What a caller may find follows from their grants."""

import pytest

from libs.domain.grants import EVERYTHING, Depth, Grants, Operation, Permissions
from libs.domain.roles import RoleTerms, combined
from services.journal.search.entries import entries_of, owned_by, shared_with
from services.journal.search.sight import Sight, sights_of
from tests.permissions.people import DEPTHS, READER, ROWS, seen
from tests.services.journal.search.making import find, index_of
from tests.support.events import envelope

COLLECTIONS = ("leads", "contacts", "cases")


def granted(depth: Depth, *hidden: str) -> Permissions:
    return Permissions({Operation.READ: depth}, hidden=frozenset(hidden))


def test_who_may_do_everything_finds_everything() -> None:
    assert sights_of(EVERYTHING, COLLECTIONS) == [Sight(COLLECTIONS, None, titles_only=False)]


def test_a_collection_that_may_not_be_read_is_not_searched() -> None:
    grants = Grants("me", collections={"leads": granted(Depth.ALL), "contacts": granted(Depth.NONE)})

    assert sights_of(grants, COLLECTIONS) == [Sight(("leads",), None, titles_only=False)]


def test_the_depth_says_whose_records_are_found() -> None:
    grants = Grants(
        "me",
        team_ids=frozenset({"team"}),
        mate_ids=frozenset({"mate"}),
        collections={"leads": granted(Depth.OWN), "contacts": granted(Depth.TEAM), "cases": granted(Depth.ALL)},
    )
    own = {owned_by("me"), owned_by("team"), shared_with("me"), shared_with("team")}

    assert sights_of(grants, COLLECTIONS) == [
        Sight(("leads",), frozenset(own), titles_only=False),
        Sight(("contacts",), frozenset({*own, owned_by("mate")}), titles_only=False),
        Sight(("cases",), None, titles_only=False),
    ]


def test_a_hidden_field_leaves_the_titles_and_a_hidden_title_nothing() -> None:
    collections = {
        "leads": granted(Depth.ALL, "topic"),
        "contacts": granted(Depth.ALL, "email"),
        "cases": granted(Depth.ALL, "origin"),
    }

    assert sights_of(Grants("me", collections=collections), COLLECTIONS) == [
        Sight(("contacts",), None, titles_only=True),
        Sight(("cases",), None, titles_only=False),
    ]


@pytest.mark.parametrize("role", DEPTHS)
def test_a_search_finds_and_counts_the_rows_that_a_list_holds(role: str) -> None:
    terms = RoleTerms({"contacts": {Operation(name): Depth(depth) for name, depth in DEPTHS[role].items()}})
    grants = combined([terms], user_id=READER, team_ids=frozenset({"north"}), mate_ids=frozenset({"rui"}))
    contacts = [
        envelope("sales.contact.created", "contacts", {"id": id_, "full_name": "Costa", **row})
        for id_, row in ROWS.items()
    ]

    result = find(index_of(*entries_of(contacts)), "costa", sights=sights_of(grants, ["contacts"]))

    assert {found.id for found in result.best} == seen(role)
    assert sum(result.counts.values()) == len(seen(role))
