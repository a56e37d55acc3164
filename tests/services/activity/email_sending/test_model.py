"""What mail servers say, and what follows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.activity import PartyRole
from libs.contracts.emails import DeliveryOutcome
from libs.domain.refusals import InvalidFields
from services.activity.activities.model.parties import Party
from services.activity.email_sending.model import (
    MOST_RECIPIENTS,
    Patience,
    Progress,
    Reply,
    addressed,
    recipients_of,
)

NOW = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)
ADDRESSES = tuple(f"{name}@example.org" for name in ("ana", "bob", "eve"))
CODES = st.sampled_from([250, 251, 421, 450, 451, 452, 550, 552, 554])


@given(rounds=st.lists(st.dictionaries(st.sampled_from(ADDRESSES), CODES), max_size=6))
def test_everybody_is_settled_once_or_still_waits_and_what_was_taken_is_not_sent_again(
    rounds: list[dict[str, int]],
) -> None:
    progress = Progress(ADDRESSES)
    for said in rounds:
        asked = {address: Reply(code, "") for address, code in said.items() if address in progress.waiting}
        progress = progress.after(asked, at=NOW, hopeless=False)

    settled = [each.email for each in progress.settled]
    assert sorted([*settled, *progress.waiting]) == sorted(ADDRESSES)
    for each in progress.settled:
        codes = [code for said in rounds for address, code in said.items() if address == each.email]
        final = next(code for code in codes if not 400 <= code < 500)
        assert (each.outcome is DeliveryOutcome.TAKEN) == (final < 300)


def test_what_is_hopeless_is_given_up_with_the_last_word() -> None:
    said = {ADDRESSES[0]: Reply(250, "ok"), ADDRESSES[1]: Reply(451, "try later"), ADDRESSES[2]: Reply(421, "busy")}

    progress = Progress(ADDRESSES).after(said, at=NOW, hopeless=True)

    assert progress.is_over
    assert [(each.outcome, each.code) for each in progress.settled] == [
        ("taken", None),
        ("refused", "451"),
        ("refused", "421"),
    ]


def test_pauses_double_up_to_the_longest_and_are_spread() -> None:
    patience = Patience()
    pauses = [patience.pause(attempts, chance=0.5) for attempts in range(1, 40)]

    assert pauses[:3] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert pauses[-1] == timedelta(hours=1)
    assert patience.pause(1, chance=0) < pauses[0] < patience.pause(1, chance=1)


def party(role: PartyRole, **who: Any) -> Party:
    return Party(role=role, **who)


def test_a_record_is_written_to_at_the_address_that_is_known_of_it() -> None:
    parties = [
        party(PartyRole.SENDER, collection="users", id="me"),
        party(PartyRole.TO, collection="contacts", id="bob"),
        party(PartyRole.CC, email="Ana@Example.org"),
        party(PartyRole.BCC, email="ana@example.org"),
    ]

    found = addressed(parties, {"contacts/bob": "bob@example.org"})

    assert [each.email for each in found] == [None, "bob@example.org", "ana@example.org", "ana@example.org"]
    assert recipients_of(found) == ("bob@example.org", "ana@example.org")


@pytest.mark.parametrize(
    ("parties", "pointer"),
    [
        ([party(PartyRole.CC, email="a@example.org"), party(PartyRole.TO, name="Bob")], "/parties/1/email"),
        ([party(PartyRole.SENDER, email="a@example.org")], "/parties"),
        ([party(PartyRole.TO, email=f"a{n}@example.org") for n in range(MOST_RECIPIENTS + 1)], "/parties"),
    ],
)
def test_whom_nobody_can_write_to_is_named(parties: list[Party], pointer: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        addressed(parties, {})

    assert refused.value.errors[0].pointer == pointer
