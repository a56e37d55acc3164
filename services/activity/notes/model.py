"""The note: what somebody wants to keep about a record, with files."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Self

from pydantic import Field

from libs.contracts.values import Reference
from libs.domain.attachments import Attachment
from libs.domain.fields import GUARDED, LISTED, SEARCHED, Line, Text
from libs.domain.personal import Personal
from libs.domain.record import Index, Record
from libs.domain.refusals import InvalidFields

MOST_MENTIONED: Final = 50
"""Users whom one note tells."""
_LONGEST_NAME: Final = 80
"""Characters of the text that a note without a title goes by."""

_MENTION: Final = re.compile(r"(?<![\w.@+-])@([\w.@+-]{2,100})", re.ASCII)
_AT_END: Final = ".@+-_"
"""Characters of a username that may as well end the sentence."""


class Note(Record, collection="notes", aggregate="activity.note"):
    """`name` is its title, else how its text begins. `mentions` are those whom it has told, in that order."""

    parent = "regarding"
    personal = Personal(
        cleared=("attachments",),
        texts=("name", "title", "text", "regarding.name", "tags", "custom"),
        belongs_to={"regarding": None},
    )
    indexes = (Index(("regarding.id", "created_at")), Index(("mentions",)))

    name: Annotated[Line | None, GUARDED, LISTED, SEARCHED] = None
    title: Annotated[Line | None, LISTED] = None
    text: Annotated[Text | None, SEARCHED] = None
    regarding: Annotated[Reference, LISTED]
    mentions: Annotated[tuple[str, ...], GUARDED, LISTED, Field(max_length=MOST_MENTIONED)] = ()
    attachments: Annotated[tuple[Attachment, ...], GUARDED] = ()

    def settled(self) -> Self:
        """The note with its name; raises `InvalidFields` where it says nothing."""
        name = self.title or beginning(self.text or "")
        if not name:
            raise InvalidFields.at("/text", "missing", "give a text or a title")
        return self.model_copy(update={"name": name})

    def telling(self, user_ids: Iterable[str]) -> Self:
        """The note with those whom it mentions now, each once; raises `InvalidFields` where they are too many."""
        told = tuple(dict.fromkeys((*self.mentions, *user_ids)))
        if len(told) > MOST_MENTIONED:
            raise InvalidFields.at("/text", "too_many", f"a note mentions {MOST_MENTIONED} users at most")
        return self.model_copy(update={"mentions": told})


def beginning(text: str) -> str:
    """The first line that says something, cut between words."""
    line = next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")
    if len(line) <= _LONGEST_NAME:
        return line
    return line[: _LONGEST_NAME - 1].rsplit(" ", 1)[0] + "…"


def mentioned_in(text: str) -> Iterator[tuple[str, ...]]:
    """For each `@username` in a text the usernames, in lower case, that it may mean, the longest first: in `ask @ada.`
    these are `ada.` and `ada`. An e-mail address is no mention.
    """
    for match in _MENTION.finditer(text):
        name = match[1].lower()
        shortest = len(name.rstrip(_AT_END))
        yield tuple(name[:length] for length in range(len(name), max(shortest, 1) - 1, -1))
