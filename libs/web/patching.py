"""Changing a record by a JSON merge patch (RFC 7396)."""

from typing import Any, TypeVar

from pydantic import ValidationError

from libs.contracts.collections import CUSTOM
from libs.domain.custom_fields import NO_CUSTOM_FIELDS, CustomFields
from libs.domain.record import Record, revision_of
from libs.domain.refusals import InvalidFields, Malformed
from libs.store.documents import to_document, to_json
from libs.web.custom_values import changed
from libs.web.problems import refusal_of
from libs.web.requests import json_of

R = TypeVar("R", bound=Record)


def patch_of(body: bytes) -> dict[str, Any]:
    """The patch in a body; raises `Malformed` unless it is a JSON object."""
    patch = json_of(body)
    if not isinstance(patch, dict):
        raise Malformed("a merge patch is a JSON object")
    return patch


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396: objects merge, null removes, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def revised(record: R, patch: dict[str, Any], custom: CustomFields = NO_CUSTOM_FIELDS) -> R:
    """The record as the patch would have it; raises `InvalidFields`, also for fields that only actions change."""
    revision = revision_of(type(record))
    unknown = patch.keys() - revision.model_fields.keys()
    if unknown:
        # Removing a guarded field by null must be refused like setting it.
        raise InvalidFields.at(f"/{min(unknown)}", "extra_forbidden", "not a field that can be set here")
    open_now = {name: value for name, value in to_document(record).items() if name in revision.model_fields}
    try:
        wanted = revision.model_validate_json(to_json(merge(open_now, patch)))
    except ValidationError as error:
        raise refusal_of(error) from None
    values = changed(record.custom, patch.get(CUSTOM) or {}, custom) if CUSTOM in patch else record.custom
    return record.evolve(**{**wanted.values(), CUSTOM: values})
