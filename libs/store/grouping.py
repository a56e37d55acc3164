"""Groups of records worked out by the database."""

from typing import Any, Final

from libs.store.mongo import Document
from libs.store.query.aggregation import Aggregation, Measure, Method

_DECIMALS: Final = 6
"""Of an average; more digits than a JSON number holds would come of a third."""


def stages_of(aggregation: Aggregation) -> list[Document]:
    """The stages of a pipeline whose results have each key and each measure under its own name."""
    keys = {f"k{number}": key for number, key in enumerate(aggregation.keys)}
    measured = {f"m{number}": measure for number, measure in enumerate(aggregation.measures)}
    by = {place: {"$ifNull": [f"${key.path}", None]} for place, key in keys.items()}
    figures = {place: _figure(measure) for place, measure in measured.items()}
    shape: Document = {key.path: f"$_id.{place}" for place, key in keys.items()}
    shape |= {measure.name: _rounded(measure, place) for place, measure in measured.items()}
    return [{"$group": {"_id": by, **figures}}, {"$project": shape}]


def _figure(measure: Measure) -> Document:
    match measure.method, measure.field:
        case Method.COUNT, _:
            return {"$sum": 1}
        case Method.AVERAGE, field if field:
            return {"$avg": f"${field.path}"}
        case method, field if field:
            return {f"${method}": f"${field.path}"}
    raise ValueError(measure)


def _rounded(measure: Measure, place: str) -> Any:
    return {"$round": [f"${place}", _DECIMALS]} if measure.method is Method.AVERAGE else f"${place}"
