"""How a privacy request goes on as services answer."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from libs.contracts.journal import PrivacyState
from libs.contracts.privacy import Found, Person, PrivacyKind, PrivacyStep, PrivacyTaskSnapshot
from libs.contracts.values import Reference
from libs.domain.refusals import InvalidFields
from services.journal.privacy_requests import model
from services.journal.privacy_requests.model import (
    MOST_ROUNDS,
    SERVICES,
    NotDownloadable,
    NotPreviewed,
    PrivacyRequest,
)

NOW: Final = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def opened(kind: PrivacyKind = PrivacyKind.EXPORT) -> PrivacyRequest:
    return model.opened(PrivacyRequest(id="p1", kind=kind, email="ana@example.org"))


def answer(request: PrivacyRequest, *, person: Person | None = None, error: str | None = None) -> PrivacyTaskSnapshot:
    found = (Found(collection="leads", count=1),) if person else ()
    return PrivacyTaskSnapshot(
        id="t",
        version=1,
        request_id="p1",
        step=request.step,
        round=request.round,
        found=found,
        person=person,
        error=error,
    )


def all_answer(
    request: PrivacyRequest, *, person: Person | None = None, error: str | None = None
) -> tuple[PrivacyRequest, list[str]]:
    """Every service answers; only sales knows the person, or fails."""
    asked, happened = request, list[model.Happening]()
    for service in SERVICES:
        told = answer(asked, person=person, error=error) if service == "sales" else answer(asked)
        request, happened = model.answered(request, service, told, at=NOW)
    return request, [each.type.rpartition(".")[2] for each in happened]


def previewed(kind: PrivacyKind = PrivacyKind.EXPORT) -> PrivacyRequest:
    found, _ = all_answer(opened(kind), person=Person(emails=("ana@example.org",)))
    return found


def test_a_request_begins_with_what_it_names() -> None:
    record = Reference(collection="leads", id="7")

    request = model.opened(PrivacyRequest(id="p1", kind=PrivacyKind.EXPORT, record=record, phone="+49 30 123456"))

    assert request.person == Person(records=("leads/7",), phone_keys=("+4930123456",), phones=("+49 30 123456",))


def test_a_request_about_nobody_is_refused() -> None:
    with pytest.raises(InvalidFields):
        model.opened(PrivacyRequest(id="p1", kind=PrivacyKind.EXPORT))


def test_what_one_service_knows_is_asked_of_all_once_more() -> None:
    more = Person(records=("leads/7",), emails=("ana@example.org", "ana@work.example"))

    request, happened = all_answer(opened(), person=more)

    assert (request.step, request.round, request.answers) == (PrivacyStep.FIND, 2, ())
    assert (request.person, happened, request.previewed_at) == (more, ["announced"], None)


def test_the_preview_is_complete_once_nobody_knows_more() -> None:
    request, happened = all_answer(opened(), person=Person(emails=("ana@example.org",)))

    assert (request.state, request.previewed_at, happened) == (PrivacyState.OPEN, NOW, ["updated"])
    assert [(each.service, each.found[0].count) for each in request.found] == [("sales", 1)]


def test_looking_ends_though_every_round_brings_more() -> None:
    request = opened()
    for number in range(MOST_ROUNDS):
        request, _ = all_answer(request, person=Person(emails=(f"{number}@example.org",)))

    assert request.previewed_at is not None


def test_nothing_is_done_before_the_preview_is_complete() -> None:
    with pytest.raises(NotPreviewed) as refused:
        model.start(opened(), at=NOW)

    assert refused.value.extra["missing"] == sorted(SERVICES)


@pytest.mark.parametrize(("kind", "step"), [("export", PrivacyStep.EXPORT)])
def test_what_was_previewed_is_announced_when_it_is_started(kind: str, step: PrivacyStep) -> None:
    request, happened = model.start(previewed(PrivacyKind(kind)), at=NOW)

    assert (request.state, request.step, request.answers) == (PrivacyState.RUNNING, step, ())
    assert [each.type.rpartition(".")[2] for each in happened] == ["started", "announced"]


def test_a_request_is_done_once_all_have_done_their_part() -> None:
    running, _ = model.start(previewed(), at=NOW)

    request, happened = all_answer(running)

    assert (request.state, request.ended_at, happened) == (PrivacyState.DONE, NOW, ["completed"])
    model.require_downloadable(request, at=NOW)
    with pytest.raises(NotDownloadable):
        model.require_downloadable(request, at=NOW + timedelta(days=7))


def test_one_that_failed_is_started_anew_and_looks_once_more() -> None:
    running, _ = model.start(previewed(), at=NOW)
    failed, happened = all_answer(running, error="too_large")
    assert (failed.state, happened) == (PrivacyState.FAILED, ["failed"])

    again, _ = model.start(failed, at=NOW)
    looked, happened = all_answer(again, person=Person(emails=("ana@example.org",)))

    assert (again.step, looked.step, happened) == (PrivacyStep.FIND, PrivacyStep.EXPORT, ["announced"])


def test_an_answer_of_another_round_or_given_twice_changes_nothing() -> None:
    running, _ = model.start(previewed(), at=NOW)
    once, _ = model.answered(running, "sales", answer(running), at=NOW)

    assert model.answered(once, "sales", answer(running), at=NOW) == (once, [])
    assert model.answered(running, "sales", answer(previewed()), at=NOW) == (running, [])
