"""Addresses of single records as OData writes them."""

import re
from typing import Final

from services.gateway.ownership import BASE

_WITH_KEY: Final = re.compile(rf"({BASE}[a-z_]+)\((?:'|%27)([A-Za-z0-9_-]+)(?:'|%27)\)")


def plain(raw_path_and_query: str) -> str:
    """`/api/v1/leads('42')/qualify` as `/api/v1/leads/42/qualify`, which is how services write it."""
    found = _WITH_KEY.match(raw_path_and_query)
    return raw_path_and_query if found is None else f"{found[1]}/{found[2]}{raw_path_and_query[found.end() :]}"
