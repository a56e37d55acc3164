"""The part of JSON Schema (2020-12) in which administrators describe fields, and what values such a schema takes.

It holds what can be checked in time that grows with the value alone: no references, no patterns, no alternatives. What
an object does not name it does not have.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, cast

from email_validator import EmailNotValidError, validate_email
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError

from libs.domain.refusals import FieldError, InvalidFields, pointer_of

JsonSchema = dict[str, Any]

MOST_BYTES: Final = 16_384
DEEPEST: Final = 4
MOST_PROPERTIES: Final = 100
MOST_ERRORS: Final = 20
_LARGEST_NUMBER: Final = 2**53

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_SAID_FOR_PEOPLE: Final = frozenset({"title", "description", "default", "examples"})
_NUMBERS: Final = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_KEYWORDS: Final[Mapping[str, frozenset[str]]] = {
    "object": frozenset({"properties", "required"}),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "string": frozenset({"minLength", "maxLength", "format", "enum"}),
    "integer": _NUMBERS | {"enum"},
    "number": _NUMBERS | {"enum"},
    "boolean": frozenset(),
}
"""What may be said of each type of value, beside its `type`."""

_FORMATS: Final = FormatChecker(formats=())


@_FORMATS.checks("date", raises=ValueError)
def _is_date(text: object) -> bool:
    return not isinstance(text, str) or date.fromisoformat(text).isoformat() == text


@_FORMATS.checks("email", raises=EmailNotValidError)
def _is_email(text: object) -> bool:
    return not isinstance(text, str) or bool(validate_email(text, check_deliverability=False))


def require_sound(schema: JsonSchema, *, at: str) -> None:
    """Raises `InvalidFields` for a schema that is none, says what is not understood here, or is too large."""
    if len(json.dumps(schema)) > MOST_BYTES:
        raise InvalidFields.at(at, "too_long", f"a schema has at most {MOST_BYTES} bytes")
    if schema.get("type") != "object":
        raise InvalidFields.at(f"{at}/type", "wrong_type", "the fields are an object")
    if errors := list(_unsound(schema, at, 1)):
        raise InvalidFields("the schema is not understood", errors=errors[:MOST_ERRORS])
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise InvalidFields.at(at + _pointer(error), "invalid_schema", error.message[:200]) from None


def _unsound(schema: object, at: str, depth: int) -> Iterator[FieldError]:
    if not isinstance(schema, dict):
        yield FieldError(at, "invalid_schema", "a schema is an object")
        return
    kind = schema.get("type")
    if depth > DEEPEST:
        yield FieldError(at, "too_deep", f"at most {DEEPEST} levels")
        return
    if not isinstance(kind, str) or kind not in _KEYWORDS:
        yield FieldError(f"{at}/type", "wrong_type", f"must be one of {', '.join(_KEYWORDS)}")
        return
    for word in schema.keys() - _KEYWORDS[kind] - _SAID_FOR_PEOPLE - {"type"}:
        yield FieldError(f"{at}/{word}", "unknown_keyword", f"is not known of {kind} here")
    if (form := schema.get("format")) is not None and form not in _FORMATS.checkers:
        yield FieldError(f"{at}/format", "unknown_format", f"must be one of {', '.join(sorted(_FORMATS.checkers))}")
    if kind == "array":
        yield from _unsound(schema.get("items"), f"{at}/items", depth + 1)
    if kind == "object":
        yield from _unsound_members(schema.get("properties"), f"{at}/properties", depth)


def _unsound_members(properties: object, at: str, depth: int) -> Iterator[FieldError]:
    if not isinstance(properties, dict) or not 0 < len(properties) <= MOST_PROPERTIES:
        yield FieldError(at, "missing", f"an object has from 1 to {MOST_PROPERTIES} properties")
        return
    for name, member in properties.items():
        if _NAME.fullmatch(name) is None:
            yield FieldError(f"{at}/{name}", "invalid_name", "small letters, digits and underscores, a letter first")
        yield from _unsound(member, f"{at}/{name}", depth + 1)


def require_fitting(values: Mapping[str, Any], schema: JsonSchema, *, at: str) -> None:
    """Raises `InvalidFields`, naming each value that the schema does not take, for one that is sound."""
    found = Draft202012Validator(_closed(schema), format_checker=_FORMATS).iter_errors(values)
    errors = [each for error in found for each in _told(error, at)]
    errors += [FieldError(where, "too_large", "must be within 2^53") for where in _too_large(values, at)]
    if errors:
        raise InvalidFields("a field is not as the schema says", errors=errors[:MOST_ERRORS])


def _closed(schema: JsonSchema) -> JsonSchema:
    """The schema with objects that have what they name and nothing else."""
    match schema.get("type"):
        case "object":
            members = {name: _closed(member) for name, member in schema["properties"].items()}
            return {**schema, "properties": members, "additionalProperties": False}
        case "array":
            return {**schema, "items": _closed(schema["items"])}
    return schema


def _told(error: ValidationError, at: str) -> Iterator[FieldError]:
    """An error with the pointer of what is wrong: of what is missing or too much, that of the member itself."""
    where, value, schema = at + _pointer(error), cast(Any, error.instance), cast(JsonSchema, error.schema)
    match error.validator:
        case "additionalProperties":
            for name in sorted(value.keys() - schema["properties"].keys()):
                yield FieldError(where + pointer_of([name]), "extra_forbidden", "there is no such field")
        case "required":
            name = next(name for name in schema["required"] if error.message.startswith(f"'{name}' "))
            yield FieldError(f"{where}/{name}", "missing", "must have a value")
        case word:
            yield FieldError(where, f"schema_{word}".lower(), error.message[:200])


def _too_large(value: object, at: str) -> Iterator[str]:
    match value:
        case int() if abs(value) > _LARGEST_NUMBER:
            yield at
        case dict():
            for name, member in value.items():
                yield from _too_large(member, at + pointer_of([name]))
        case list():
            for number, member in enumerate(value):
                yield from _too_large(member, f"{at}/{number}")


def _pointer(error: SchemaError | ValidationError) -> str:
    return pointer_of(error.absolute_path)
