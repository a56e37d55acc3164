"""What the search keeps of a record."""

from libs.domain.words import LONGEST_TEXT
from services.journal.search.entries import Entry, entries_of, is_searchable
from tests.support.events import envelope

SHARED = {"principal_id": "team-1", "access": "read"}


def made(type_: str, collection: str, **record: object) -> Entry:
    [entry] = entries_of([envelope(type_, collection, {"id": "it", **record})])
    return entry


def test_a_record_is_found_by_what_its_snapshot_names() -> None:
    entry = made(
        "sales.lead.created", "leads", full_name="Ana Costa", topic="Loan", email="ana@example.org", rating="hot"
    )

    assert entry.subject == "leads/it"
    assert entry.titles == {"full_name": "Ana Costa", "topic": "Loan"}
    assert entry.others == {"email": "ana@example.org"}


def test_a_reference_is_found_by_its_name() -> None:
    customer = {"collection": "accounts", "id": "a-1", "name": "Costa Lda"}

    assert made("service.case.held", "cases", title="Fire", customer=customer).others == {"customer": "Costa Lda"}
    assert made("service.case.held", "cases", title="Fire", customer={**customer, "name": None}).others == {}


def test_of_a_long_text_the_beginning_counts() -> None:
    entry = made("activity.task.created", "activities", subject="x", description="y" * 20_000)

    assert entry.others == {"description": "y" * LONGEST_TEXT}


def test_its_owner_and_those_it_is_shared_with_see_it() -> None:
    entry = made("sales.lead.assigned", "leads", full_name="Ana", owner_id="user-1", shares=[SHARED])

    assert entry.access == ("owner:user-1", "shared:team-1")


def test_without_an_owner_nobody_sees_it_but_who_sees_everything() -> None:
    assert made("sales.lead.created", "leads", full_name="Ana", owner_id=None).access == ()


def test_a_removed_record_is_gone() -> None:
    assert made("sales.lead.deleted", "leads", full_name="Ana", owner_id="user-1").texts == {}


def test_of_several_events_the_newest_counts_wherever_it_stands() -> None:
    changes = [envelope("sales.lead.updated", "leads", {"id": "it", "topic": str(n)}, sequence=n) for n in (2, 3, 1)]

    assert [entry.titles for entry in entries_of(changes)] == [{"topic": "3"}]


def test_sign_ins_and_keys_are_not_searched() -> None:
    assert is_searchable("sales.lead.created")
    assert not is_searchable("identity.session.started")
    assert not is_searchable("identity.api_key.created")
