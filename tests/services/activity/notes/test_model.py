"""What a note is called, and whom it mentions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.values import Reference
from libs.domain.refusals import InvalidFields
from services.activity.notes.model import MOST_MENTIONED, Note, beginning, mentioned_in

ABOUT = Reference(collection="contacts", id="bob", name="Bob Noyce")


def note(title: str | None = None, text: str | None = None) -> Note:
    return Note(id="n", regarding=ABOUT, title=title, text=text)


def test_a_note_goes_by_its_title_or_else_by_how_its_text_begins() -> None:
    assert note(title="Branches", text="They open two.").settled().name == "Branches"
    assert note(text="\n  They open\ttwo. \nIn spring.").settled().name == "They open two."


@pytest.mark.parametrize("fields", [{}, {"text": ""}, {"text": " \n\t"}])
def test_a_note_says_something(fields: dict[str, str]) -> None:
    with pytest.raises(InvalidFields) as refused:
        note(**fields).settled()

    assert refused.value.errors[0].pointer == "/text"


def test_a_long_text_is_cut_between_words() -> None:
    assert beginning("branch " * 20) == "branch " * 10 + "branch…"
    assert beginning("x" * 200) == "x" * 79 + "…"


@given(st.text())
def test_any_text_has_a_beginning_that_fits(text: str) -> None:
    assert len(beginning(text)) <= 80
    assert bool(beginning(text)) == bool(text.strip())


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("@ada", [("ada",)]),
        ("Ask (@Ada), or @BOB-x!", [("ada",), ("bob-x",)]),
        ("Ask @ada. Or @bob...", [("ada.", "ada"), ("bob...", "bob..", "bob.", "bob")]),
        ("cc @ada@example.org, thanks", [("ada@example.org",)]),
        ("ada@example.org, @", []),
        ("@@ada", [("@ada",)]),
        ("@ada's", [("ada",)]),
    ],
)
def test_a_mention_is_a_username_behind_an_at_sign(text: str, mentioned: list[tuple[str, ...]]) -> None:
    assert list(mentioned_in(text)) == mentioned


@given(st.text(alphabet="@.a -_+", max_size=300))
def test_any_text_is_looked_through(text: str) -> None:
    assert all(names and all(f"@{name}" in text for name in names) for names in mentioned_in(text))


def test_whom_a_note_has_told_stays_told() -> None:
    told = note(text="x").telling(["ana", "eva", "ana"]).telling(["rui", "eva"])

    assert told.mentions == ("ana", "eva", "rui")
    with pytest.raises(InvalidFields):
        told.telling(str(number) for number in range(MOST_MENTIONED))
