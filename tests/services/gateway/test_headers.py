import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from services.gateway.headers import UNSAID, for_caller, for_service

SAID_FOR_THE_CALLER: dict[str, str] = dict(UNSAID)


def service_sees(given: dict[str, str]) -> dict[str, str]:
    """What passes, without what is said in place of a caller who leaves it unsaid."""
    passed = for_service(CIMultiDictProxy(CIMultiDict(given)))
    return {name: value for name, value in passed.items() if SAID_FOR_THE_CALLER.get(name) != value}


def test_what_a_service_needs_passes() -> None:
    wanted = {
        "Accept": "application/json",
        "Authorization": "Bearer t",
        "Content-Type": "application/json",
        "Cookie": "a=b",
        "Idempotency-Key": "k",
        "If-Match": '"3"',
        "Last-Event-ID": "7",
        "traceparent": "00-1-2-01",
        "X-Request-Id": "r",
    }

    assert service_sees(wanted) == wanted


@pytest.mark.parametrize(
    "name",
    [
        "Connection",
        "Keep-Alive",
        "Proxy-Authorization",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Host",
        "Expect",
        "Content-Length",
    ],
)
def test_what_belongs_to_one_connection_ends_here(name: str) -> None:
    assert service_sees({name: "x"}) == {}


def test_what_connection_names_ends_here() -> None:
    given = {"Connection": "close, X-Secret", "X-Secret": "1", "Accept": "text/csv"}

    assert service_sees(given) == {"Accept": "text/csv"}


@pytest.mark.parametrize(
    "name",
    [
        "X-User",
        "X-User-Id",
        "x-actor-id",
        "X_ROLES",
        "X-Role",
        "X-Team-Ids",
        "X-Owner",
        "X-Tenant-Id",
        "X-Caller",
        "X-Subject",
        "Remote-User",
        "X-Remote-User",
        "X-Forwarded-User",
        "X-Forwarded-Email",
        "X-Forwarded-For",
        "Forwarded",
        "X-Auth-Request-User",
        "X-Authenticated-User",
        "X-Tandem-Caller",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-HTTP-Method-Override",
        "X-Real-IP",
    ],
)
def test_claims_of_identity_and_other_targets_end_here(name: str) -> None:
    assert service_sees({name: "administrator"}) == {}


def test_repeated_headers_stay_repeated() -> None:
    given = CIMultiDictProxy(CIMultiDict([("Accept", "a"), ("Accept", "b")]))

    assert for_service(given).getall("Accept") == ["a", "b"]


def test_the_caller_sees_end_to_end_headers_of_the_answer() -> None:
    answered = CIMultiDict(
        [
            ("Content-Type", "application/json"),
            ("ETag", '"3"'),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
            ("Connection", "keep-alive, X-Inner"),
            ("X-Inner", "1"),
            ("Transfer-Encoding", "chunked"),
            ("Server", "Python"),
        ]
    )

    passed = for_caller(CIMultiDictProxy(answered))

    assert passed.getall("Set-Cookie") == ["a=1", "b=2"]
    assert sorted(set(passed)) == ["Content-Type", "ETag", "Set-Cookie"]
