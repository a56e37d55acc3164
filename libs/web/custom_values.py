"""Values of custom fields in requests: checked like every field, with pointers under `/custom`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from libs.contracts.collections import CUSTOM
from libs.domain.custom_fields import CustomFields
from libs.domain.record import Draft
from libs.domain.refusals import FieldError, InvalidFields
from libs.web.problems import refusal_of

D = TypeVar("D", bound=Draft)


def completed(draft: D, fields: CustomFields) -> D:
    """The draft of a new record with its custom values as they are kept; raises `InvalidFields`."""
    given: Mapping[str, Any] = draft.__dict__.get(CUSTOM) or {}
    if not given and not fields.required:
        return draft
    return draft.model_copy(update={CUSTOM: changed({}, given, fields)})


def changed(current: Mapping[str, Any], given: Mapping[str, Any], fields: CustomFields) -> dict[str, Any]:
    """Custom values as a merge patch leaves them: null removes, what is not named stays; raises `InvalidFields`."""
    kept = {name: value for name, value in current.items() if name not in given}
    values = kept | _checked(given, fields)
    if missing := sorted(fields.required - values.keys()):
        raise InvalidFields(
            "a custom field is missing",
            errors=[FieldError(f"/{CUSTOM}/{name}", "missing", "must have a value") for name in missing],
        )
    return values


def _checked(given: Mapping[str, Any], fields: CustomFields) -> dict[str, Any]:
    try:
        return fields.model.model_validate_json(orjson.dumps(given)).model_dump(exclude_none=True)
    except ValidationError as error:
        refusal = refusal_of(error)
        errors = [replace(each, pointer=f"/{CUSTOM}{each.pointer}") for each in refusal.errors]
        raise InvalidFields(refusal.detail, errors=errors) from None
