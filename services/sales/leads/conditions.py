"""Conditions about leads that administrators write, in the words of `$filter`."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from libs.domain.refusals import InvalidFields
from libs.store.query.fields import FieldKind, QueryField, QueryFields
from libs.store.query.filters import compile_filter
from libs.store.query.predicates import Predicate, predicate
from libs.store.queryable import query_fields_of
from services.sales.leads.model import Lead

_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TEXTS: Final = re.compile(r"'(?:[^']|'')*'")

_SCORES: Final = frozenset({"score"})
"""What follows from conditions is no part of any."""


def _further(name: str, kind: FieldKind) -> QueryFields:
    return {name: QueryField(name, kind, sortable=False, searchable=False)}


FIELDS: Final[QueryFields] = {
    **query_fields_of(Lead, hidden=_SCORES),
    **_further("responses", FieldKind.NUMBER),
    **_further("address/city", FieldKind.TEXT),
    **_further("address/region", FieldKind.TEXT),
    **_further("address/postal_code", FieldKind.TEXT),
    **_further("address/country", FieldKind.TEXT),
}
"""What lists may be filtered by, the place of a lead, and how many campaign responses it has."""


def require_condition(text: str, pointer: str) -> None:
    """Raises `InvalidFields` for what is no condition about leads. The types of custom fields are not looked at."""
    if "now(" in _TEXTS.sub("", text):
        raise InvalidFields.at(pointer, "relative_time", "what holds by the clock alone would change unnoticed")
    predicate(text, now=_NO_TIME, option=pointer)
    if "custom/" not in text:
        compile_filter(text, FIELDS, now=_NO_TIME, option=pointer)


@lru_cache(maxsize=2048)
def condition(text: str) -> Predicate:
    """Whether what a `view_of` a lead shows meets the condition."""
    return predicate(text, now=_NO_TIME)


def view_of(lead: Lead) -> Mapping[str, Any]:
    """The lead as conditions see it."""
    return {**lead.model_dump(exclude=set(_SCORES)), "responses": len(lead.response_ids)}
