import pytest
from yarl import URL

from libs.domain.refusals import InvalidFields
from services.gateway.ownership import BUILT, OWNERS, SHARED, TABLE, Service, UnknownPath, owner


def asked(path: str) -> Service:
    return owner(URL(path, encoded=True))


def test_no_collection_has_two_owners() -> None:
    rows = [name for owned in TABLE.values() for name in owned.built | owned.reserved]

    assert len(rows) == len(OWNERS)
    assert not SHARED & OWNERS.keys()
    assert OWNERS.keys() >= BUILT


def test_every_service_has_a_row() -> None:
    assert TABLE.keys() == set(Service)


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/v1/leads", Service.SALES),
        ("/api/v1/leads/0192/qualify", Service.SALES),
        ("/api/v1/leads?$filter=state eq 'open'", Service.SALES),
        ("/api/v1/leads(0192)/$count", Service.SALES),
        ("/api/v1/auth/token", Service.IDENTITY),
        ("/api/v1/marketing_lists", Service.MARKETING),
        ("/api/v1/cases/1", Service.SERVICE),
        ("/api/v1/timeline/leads/0192", Service.ACTIVITY),
        ("/api/v1/funnel", Service.REPORTING),
        ("/api/v1/events/stream", Service.JOURNAL),
        ("/api/v1/leads/0192/history", Service.JOURNAL),
        ("/api/v1/leads/0192?as_of=2026-03-01T08:30:00Z", Service.JOURNAL),
        ("/api/v1/leads/0192?select=as_of", Service.SALES),
        ("/api/v1/leads?as_of=2026-03-01T08:30:00Z", Service.SALES),
        ("/api/v1/leads/history", Service.SALES),
        ("/api/v1/leads/0192/history/1", Service.SALES),
    ],
)
def test_a_path_goes_to_the_owner_of_its_collection(path: str, service: Service) -> None:
    assert asked(path) is service


@pytest.mark.parametrize("collection", sorted(SHARED))
def test_a_shared_collection_is_told_by_the_id_or_by_the_query(collection: str) -> None:
    assert asked(f"/api/v1/{collection}/sales-0192f/cancel") is Service.SALES
    assert asked(f"/api/v1/{collection}?service=journal&$top=5") is Service.JOURNAL


def test_a_shared_list_without_a_service_says_which_there_are() -> None:
    with pytest.raises(InvalidFields) as refused:
        asked("/api/v1/jobs")

    assert refused.value.errors[0].pointer == "service"
    assert "marketing" in refused.value.detail


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/leads",
        "/api/v1/unknown",
        "/api/v1/LEADS",
        "/api/v1/%6Ceads",
        "/api/v1/jobs/unknown-0192",
        "/api/v1/jobs/0192",
        "/internal/revoked_sessions",
        "/metrics",
    ],
)
def test_other_paths_are_unknown(path: str) -> None:
    with pytest.raises(UnknownPath):
        asked(path)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/leads/../../../metrics",
        "/api/v1/leads/%2e%2e/%2e%2e/metrics",
        "/api/v1/leads/.%2E/x",
        "/api/v1/leads/..%2f..%2fmetrics",
        "/api/v1/leads/..\\x",
        "/api/v1/leads/%5c..%5cx",
        "/api/v1/leads/./x",
    ],
)
def test_a_path_with_dot_segments_is_unknown(path: str) -> None:
    with pytest.raises(UnknownPath):
        asked(path)


def test_dots_within_a_segment_are_allowed() -> None:
    assert asked("/api/v1/notes/a..b.pdf") is Service.ACTIVITY
    assert asked("/api/v1/auth/jwks.json") is Service.IDENTITY
