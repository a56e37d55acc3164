"""The competitor: who else wants the sale."""

from typing import Annotated

from libs.domain.fields import INDEXED, LISTED, SEARCHED, Line, Text
from libs.domain.record import Record


class Competitor(Record, collection="competitors", aggregate="sales.competitor"):
    mergeable = True

    name: Annotated[Line, INDEXED, SEARCHED]
    website: Annotated[Line | None, LISTED] = None
    strengths: Annotated[Text | None, SEARCHED] = None
    weaknesses: Annotated[Text | None, SEARCHED] = None
