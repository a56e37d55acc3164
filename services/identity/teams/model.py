"""The team: people who work on records together. What it owns belongs to each of its members."""

from typing import Annotated

from pydantic import Field

from libs.domain.fields import INDEXED, SEARCHED, Line, Lookup, Text
from libs.domain.record import Record


class Team(Record, collection="teams", aggregate="identity.team"):
    name: Annotated[Line, INDEXED, SEARCHED]
    description: Text | None = None
    member_ids: Annotated[tuple[str, ...], INDEXED, Lookup.to("users"), Field(max_length=1000)] = ()
