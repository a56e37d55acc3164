"""A search over what a test announces."""

import random
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.services.journal.search.making import Search
from tests.support.services import Running


@pytest.fixture
def word() -> str:
    """A word that stands in no other test's records."""
    return "".join(random.Random(uuid4().int).choices("bcdfghjklmnpqrstvwxz", k=14))


@pytest.fixture
def search(events: Running) -> Search:
    async def search(q: str, journal: Running = events, **options: Any) -> dict[str, Any]:
        roles = options.pop("roles", ("administrator",))
        status, answer = await journal.get(f"/api/v1/search?{urlencode({'q': q, **options})}", roles=roles)
        assert status == 200, answer
        found: dict[str, Any] = answer
        return found

    return search
