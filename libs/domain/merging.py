"""Two records of one thing become one: what the survivor takes over, and what it gives back."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from libs.domain.record import Record, specs_of
from libs.domain.sharing import MOST_SHARES

R = TypeVar("R", bound=Record)

_EMPTY: Final[tuple[object, ...]] = (None, (), {})

_MOST_TAGS: Final = 50

Differences = Mapping[str, Mapping[str, Any]]
"""Field → `before` and `after`, as documents have them."""


def completed(survivor: R, duplicate: R) -> R:
    """The survivor with what it lacks and the duplicate has: blank fields, tags, custom values, shares."""
    lacking = {
        name: getattr(duplicate, name)
        for name, spec in specs_of(type(survivor)).items()
        if spec.guarded is None and getattr(survivor, name) in _EMPTY
    }
    together = {
        "tags": tuple(dict.fromkeys((*survivor.tags, *duplicate.tags)))[:_MOST_TAGS],
        "custom": {**duplicate.custom, **survivor.custom},
        "shares": _shares(survivor, duplicate),
    }
    return survivor.evolve(**{**lacking, **together})


def _shares(survivor: Record, duplicate: Record) -> tuple[Any, ...]:
    """Whoever saw one of them sees what they became; the survivor's own shares stay as they are."""
    known = {share.principal_id for share in survivor.shares}
    further = [share for share in duplicate.shares if share.principal_id not in known]
    return (*survivor.shares, *further)[:MOST_SHARES]


def given_back(current: Mapping[str, Any], changed: Differences) -> dict[str, Any]:
    """What the fields that a merge has changed are without it: as they were, unless somebody has changed them since.

    Of a list, what the merge had added goes and whatever else it holds stays.
    """
    values: dict[str, Any] = {}
    for name, difference in changed.items():
        before, after, now = difference.get("before"), difference.get("after"), current.get(name)
        if now == after:
            values[name] = before
        elif isinstance(now, list) and isinstance(after, list):
            added = [each for each in after if each not in (before or [])]
            values[name] = [each for each in now if each not in added]
    return values
