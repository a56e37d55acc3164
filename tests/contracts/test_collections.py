"""What is said of collections and their fields holds for the services as they are."""

import pytest

from libs.contracts.collections import FIELDS, has_field
from libs.web.access import ROLES
from tests.contracts.collections import FILE, module_today


def test_every_collection_is_there_with_its_fields() -> None:
    assert FILE.read_text(encoding="utf-8") == module_today(), "run: python -m tests.contracts"


def test_what_the_first_roles_name_is_there() -> None:
    assert {collection for role in ROLES.values() for collection in role} <= FIELDS.keys()


@pytest.mark.parametrize(
    ("collection", "path", "there"),
    [
        ("leads", "email", True),
        ("leads", "emial", False),
        ("leads", "address/city", True),
        ("leads", "address/moon", False),
        ("leads", "tags/x", False),
        ("leads", "custom", True),
        ("leads", "custom/segment", True),
        ("leads", "custom/other", False),
        ("activities", "fields/visitors", True),
        ("search", "email", False),
        ("search", "custom/segment", False),
        ("moons", "email", False),
    ],
)
def test_a_field_is_there_by_its_path(collection: str, path: str, *, there: bool) -> None:
    assert has_field(collection, path, frozenset({"segment"})) is there
