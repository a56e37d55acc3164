from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.consent import Consent, ConsentChannel, ConsentProof, ConsentStatus
from libs.domain.refusals import InvalidFields
from services.sales.consents.model import MOST_PROOFS, RecordConsent, carried, noted, proven
from services.sales.contacts.model import Contact

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MIRA = Contact(id="c-1", last_name="Lee")


def proof(status: ConsentStatus, *, days_ago: int = 0) -> ConsentProof:
    at = NOW - timedelta(days=days_ago)
    return ConsentProof(channel=ConsentChannel.EMAIL, status=status, at=at, source="Letter")


def test_what_was_said_counts_from_when_it_was_said_not_from_when_it_was_recorded() -> None:
    refused = proven(MIRA, proof(ConsentStatus.REFUSED, days_ago=1))

    found_later = proven(refused, proof(ConsentStatus.GIVEN, days_ago=30))

    assert found_later.consent == Consent(email=False)
    assert [each.status for each in found_later.consent_proofs] == ["given", "refused"]


@given(st.permutations([(ConsentStatus.GIVEN, 9), (ConsentStatus.REFUSED, 5), (ConsentStatus.UNSAID, 2)]))
def test_the_order_of_recording_does_not_count(said: list[tuple[ConsentStatus, int]]) -> None:
    holder = MIRA
    for status, days_ago in said:
        holder = proven(holder, proof(status, days_ago=days_ago))

    assert holder.consent == Consent(email=None)
    assert [each.status for each in holder.consent_proofs] == ["given", "refused", "unsaid"]


def test_other_channels_stay_as_they_are() -> None:
    holder = proven(MIRA.evolve(consent={"phone": False}), proof(ConsentStatus.GIVEN))

    assert holder.consent == Consent(email=True, phone=False)


def test_a_consent_that_is_set_leaves_a_proof_of_each_channel_that_it_changes() -> None:
    wanted = MIRA.evolve(consent={"email": False, "phone": True})

    holder = noted(Consent(email=True, phone=True), wanted, at=NOW, by="user-1")

    assert holder.consent_proofs == (
        ConsentProof(channel=ConsentChannel.EMAIL, status=ConsentStatus.REFUSED, at=NOW, recorded_by="user-1"),
    )
    assert noted(holder.consent, holder, at=NOW, by="user-1") is holder


def test_a_no_that_was_said_elsewhere_is_one() -> None:
    holder = proven(MIRA, proof(ConsentStatus.GIVEN))
    elsewhere = proof(ConsentStatus.REFUSED, days_ago=3)

    together = carried(holder, Consent(email=False, sms=True), (elsewhere, *holder.consent_proofs))

    assert together.consent == Consent(email=False, sms=True)
    assert together.consent_proofs == (elsewhere, *holder.consent_proofs)


def test_the_latest_proofs_are_kept() -> None:
    many = tuple(proof(ConsentStatus.GIVEN, days_ago=days) for days in range(MOST_PROOFS, 0, -1))

    holder = proven(MIRA.model_copy(update={"consent_proofs": many}), proof(ConsentStatus.REFUSED))

    assert holder.consent_proofs == (*many[1:], proof(ConsentStatus.REFUSED))


def test_nothing_is_recorded_that_has_not_been_said_yet() -> None:
    request = RecordConsent(
        channel=ConsentChannel.EMAIL, status=ConsentStatus.GIVEN, at=NOW + timedelta(milliseconds=1)
    )

    with pytest.raises(InvalidFields) as refusal:
        request.proof(now=NOW, by=None)

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/at", "in_future")]
