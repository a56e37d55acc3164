"""What no client writes, in no collection: only actions, and the service itself, change it."""

from typing import Any

import pytest

from libs.domain.record import Record, draft_of, revision_of
from libs.web.resource import Resource
from tests.support.suite import SERVICES

ALWAYS = {"id", "version", "shares", "created_by", "modified_at", "modified_by"}
NEVER_PATCHED = {*ALWAYS, "state", "owner_id", "created_at"}


def kinds_of(resource: Resource[Any]) -> list[type[Record]]:
    return list(resource.record.kinds.values()) or [resource.record]


KINDS = [
    pytest.param(kind, id=kind.aggregate)
    for service in SERVICES
    for resource in service.resources
    for kind in kinds_of(resource)
]


@pytest.mark.parametrize("kind", KINDS)
def test_guarded_fields_are_in_no_body(kind: type[Record]) -> None:
    created, patched = draft_of(kind).model_fields, revision_of(kind).model_fields

    assert ALWAYS.isdisjoint(created)
    assert NEVER_PATCHED.isdisjoint(patched)
    assert {model.model_config["extra"] for model in (draft_of(kind), revision_of(kind))} == {"forbid"}
    assert [name for name in (*created, *patched) if name.startswith("_")] == []
