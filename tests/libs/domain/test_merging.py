"""What a survivor takes over from a duplicate, and what it gives back."""

from libs.contracts.consent import Consent, agreed
from libs.domain.merging import Differences, completed, given_back
from libs.domain.record import Record
from libs.domain.sharing import Principal, Share


class Person(Record, collection="people", aggregate="test.person"):
    name: str | None = None
    nicknames: tuple[str, ...] = ()
    height: int | None = None


def test_the_survivor_keeps_what_it_has_and_takes_what_it_lacks() -> None:
    survivor = Person(id="1", name="Ada", tags=("vip",), custom={"region": "north"})
    duplicate = Person(
        id="2", name="Ava", nicknames=("A",), height=0, tags=("fair", "vip"), custom={"region": "south", "size": 3}
    )

    merged = completed(survivor, duplicate)

    assert (merged.id, merged.name, merged.nicknames, merged.height) == ("1", "Ada", ("A",), 0)
    assert (merged.tags, merged.custom) == (("vip", "fair"), {"region": "north", "size": 3})


def test_nothing_guarded_is_taken_over_but_with_whom_it_is_shared() -> None:
    mine = Share(principal_id="north", kind=Principal.TEAM)
    theirs = (mine.model_copy(update={"access": "write"}), Share(principal_id="user-2", kind=Principal.USER))

    merged = completed(Person(id="1", shares=(mine,)), Person(id="2", owner_id="user-9", shares=theirs))

    assert merged.owner_id is None
    assert merged.shares == (mine, theirs[1])


def test_what_nobody_has_changed_since_is_given_back() -> None:
    changed: Differences = {
        "phone": {"before": None, "after": "1"},
        "name": {"before": "Ada", "after": "Ava"},
        "tags": {"before": ["vip"], "after": ["vip", "fair"]},
        "keys": {"before": ["a"], "after": ["a", "b"]},
    }

    values = given_back({"phone": "1", "name": "Eva", "tags": ["vip", "fair"], "keys": ["a", "b", "c"]}, changed)

    assert values == {"phone": None, "tags": ["vip"], "keys": ["a", "c"]}


def test_a_no_to_a_channel_is_one_wherever_it_was_said() -> None:
    one, other = Consent(email=True, phone=True, sms=False, fax=None), Consent(email=True, phone=False, letter=True)

    together = Consent(email=True, phone=False, sms=False, letter=True)
    assert agreed(one, other) == agreed(other, one) == together


def test_consent_that_only_one_has_is_kept() -> None:
    assert agreed(None, Consent(email=True)) == Consent(email=True)
    assert agreed(None, None) is None
