"""The query options of a list request, read and checked as a whole."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from libs.domain.refusals import FieldError
from libs.store.query.aggregation import Aggregation, aggregation_of
from libs.store.query.expansion import Expansion, Ways, expansions_of
from libs.store.query.fields import QueryFields
from libs.store.query.filters import MongoFilter, filter_of
from libs.store.query.language import check_text
from libs.store.query.limits import DEFAULT_TOP, MAX_ERRORS, MAX_SKIP, MAX_TOP
from libs.store.query.ordering import Sort, sort_of
from libs.store.query.refusals import Fault, InvalidQuery
from libs.store.query.search import search_filter
from libs.store.query.selection import projection_of, selection_of

OPTIONS: Final = ("$filter", "$orderby", "$select", "$expand", "$top", "$skip", "$count", "$search")
RECORD_OPTIONS: Final = ("$select", "$expand")
GROUP_OPTIONS: Final = ("$apply", "$orderby", "$top", "$skip")

_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,18}")

_EVERYTHING: Final[MongoFilter] = {}
_ALL_IN_ONE: Final = Aggregation({}, (), ())
_NO_SEARCH: Final[tuple[str | None, MongoFilter]] = (None, _EVERYTHING)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """What is wanted of each record."""

    select: tuple[str, ...] | None
    """The fields asked for, as named on the wire; `None` for all."""
    expand: tuple[Expansion, ...]

    @property
    def shape(self) -> tuple[str, ...]:
        """The members of each record as `@odata.context` names them; none stands for all."""
        return (*(self.select or ()), *(f"{expansion.way.name}()" for expansion in self.expand))


@dataclass(frozen=True, slots=True)
class ListQuery(RecordQuery):
    """One page of a list, ready for MongoDB."""

    filter: MongoFilter
    """`$filter` and `$search` together; the caller adds what its viewer may see."""
    sort: Sort
    """Always ends in `_id`, so that the order is total and pages do not overlap."""
    projection: tuple[str, ...] | None
    """What is selected, as MongoDB paths."""
    top: int
    skip: int
    count: bool
    search: str | None

    @property
    def limit(self) -> int:
        """How many to read: one beyond the page tells whether more follow. Never 0, which is boundless."""
        return self.top + 1


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """One page of groups, in an order that is total."""

    aggregation: Aggregation
    sort: Sort
    top: int
    skip: int

    @property
    def shape(self) -> tuple[str, ...]:
        return tuple(self.aggregation.fields)


Params = Iterable[tuple[str, str]]


def parse_record_query(params: Params, fields: QueryFields, ways: Callable[[], Ways]) -> RecordQuery:
    """Read the options that go with one record. Raises `InvalidQuery` as `parse_list_query` does."""
    options = _Options(params, known=RECORD_OPTIONS)
    query = RecordQuery(
        select=options.read("$select", lambda text: selection_of(text, fields), None),
        expand=options.read("$expand", lambda text: expansions_of(text, ways()), ()),
    )
    options.check()
    return query


def parse_list_query(
    params: Params,
    fields: QueryFields,
    *,
    now: datetime,
    also: Collection[str] = (),
    ways: Callable[[], Ways] = dict,
) -> ListQuery:
    """Read the options, each with or without its `$`. Parameters named in `also` are the route's own.

    Raises `InvalidQuery` with every option that is wrong.
    """
    options = _Options(params, also=also)
    conditions = options.read("$filter", lambda text: filter_of(text, fields, now), _EVERYTHING)
    search, words = options.read("$search", lambda text: (text, search_filter(text, fields)), _NO_SEARCH)
    select = options.read("$select", lambda text: selection_of(text, fields), None)
    query = ListQuery(
        filter=_both(conditions, words),
        sort=options.read("$orderby", lambda text: sort_of(text, fields), sort_of("", fields)),
        select=select,
        expand=options.read("$expand", lambda text: expansions_of(text, ways()), ()),
        projection=projection_of(select, fields),
        top=options.read("$top", lambda text: _whole_number(text, MAX_TOP), DEFAULT_TOP),
        skip=options.read("$skip", lambda text: _whole_number(text, MAX_SKIP), 0),
        count=options.read("$count", _yes_or_no, absent=False),
        search=search,
    )
    options.check()
    return query


def asks_for_groups(names: Collection[str]) -> bool:
    """Whether a list with these parameters is one of groups, not of records."""
    return "$apply" in names or "apply" in names


def parse_group_query(params: Params, fields: QueryFields, *, now: datetime) -> GroupQuery:
    """Read the options that go with `$apply`. Raises `InvalidQuery` as `parse_list_query` does."""
    options = _Options(params, known=GROUP_OPTIONS)
    aggregation = options.read("$apply", lambda text: aggregation_of(text, fields, now), _ALL_IN_ONE)
    query = GroupQuery(
        aggregation,
        sort=options.read("$orderby", lambda text: sort_of(text, aggregation.fields), sort_of("", {})),
        top=options.read("$top", lambda text: _whole_number(text, MAX_TOP), DEFAULT_TOP),
        skip=options.read("$skip", lambda text: _whole_number(text, MAX_SKIP), 0),
    )
    options.check()
    return query


class _Options:
    """The options of one request by their names, and what is wrong with them so far."""

    def __init__(self, params: Params, *, known: Sequence[str] = OPTIONS, also: Collection[str] = ()) -> None:
        self._errors: list[FieldError] = []
        self._known = known
        self._given: dict[str, str] = {}
        for name, value in params:
            if name not in also:
                self._take(name, value)

    def _take(self, name: str, value: str) -> None:
        option = name if name.startswith("$") else f"${name}"
        if option not in self._known:
            detail = f"there is no such option; known are: {', '.join(self._known)}"
            self._errors.append(FieldError(name[:100], "unknown_option", detail))
        elif option in self._given:
            self._errors.append(FieldError(option, "duplicate", "given more than once"))
        else:
            self._given[option] = value.strip()

    def check(self) -> None:
        if self._errors:
            raise InvalidQuery.of(self._errors[:MAX_ERRORS])

    def read(self, option: str, reader: Callable[[str], T], absent: T) -> T:
        """The option's value; one without text counts as absent."""
        text = self._given.get(option)
        if not text:
            return absent
        try:
            check_text(text)
            return reader(text)
        except Fault as fault:
            self._errors.append(fault.at(option))
            return absent


def _both(conditions: MongoFilter, words: MongoFilter) -> MongoFilter:
    return {"$and": [conditions, words]} if conditions and words else {**conditions, **words}


def _whole_number(text: str, maximum: int) -> int:
    if not _WHOLE_NUMBER.fullmatch(text):
        raise Fault("wrong_type", f"a whole number from 0 to {maximum} is wanted")
    if int(text) > maximum:
        raise Fault("out_of_range", f"at most {maximum}")
    return int(text)


def _yes_or_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise Fault("wrong_type", "true or false is wanted")
    return text == "true"
