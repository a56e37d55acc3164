"""The address of the page after this one."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, urlencode

from libs.store.query.options import GroupQuery, ListQuery

_SKIP: Final = frozenset({"$skip", "skip"})


def next_link(
    path: str, params: Iterable[tuple[str, str]], query: ListQuery | GroupQuery, *, has_more: bool
) -> str | None:
    """`@odata.nextLink`: the same request with a later `$skip`, or `None` on the last page.

    Past the largest `$skip` the link is still given, and is refused with that limit when followed: without it
    the list would seem to end there.
    """
    if not has_more or query.top == 0:
        return None
    kept = [(name, value) for name, value in params if name not in _SKIP]
    following = [*kept, ("$skip", str(query.skip + query.top))]
    return f"{path}?{urlencode(following, safe='$', quote_via=quote)}"
