"""Whether the settings of an import fit its file, its collection and its owner."""

from collections.abc import Iterator, Mapping, Sequence

from libs.domain.grants import Grants, Operation, refuse_closed_fields
from libs.domain.record import Record, specs_of
from libs.domain.refusals import FieldError, InvalidFields
from libs.tables.targets import Target, targets_of
from libs.tables.values import BadCell, constant
from libs.web.access import require
from libs.web.imports.model import ImportMode, ImportProblem, ImportSettings

Targets = Mapping[str, Target]
"""What can be filled, by name."""


def refuse_unfit(record_type: type[Record], targets: Targets, columns: Sequence[str], settings: ImportSettings) -> None:
    """Raises `InvalidFields` where they name a field, a column, a value or a key that is not to be had."""
    errors = [*_wrong_columns(targets, columns, settings), *_wrong_constants(targets, settings)]
    if settings.mode is ImportMode.UPSERT and settings.key is None:
        errors.append(FieldError("/key", "missing", "say by which field records are found"))
    if settings.key is not None and settings.key not in (keys := keys_of(record_type)):
        errors.append(FieldError("/key", "not_a_key", f"one of {', '.join(keys)}"))
    if errors:
        raise InvalidFields(f"{len(errors)} field(s) are not valid", errors=errors)


def _wrong_columns(targets: Targets, columns: Sequence[str], settings: ImportSettings) -> Iterator[FieldError]:
    known = {*targets, "id"} if settings.key == "id" else targets.keys()
    for name, rule in settings.mapping.fields.items():
        if name not in known:
            yield _unknown(f"/mapping/fields/{name}")
        if rule.column not in columns:
            yield FieldError(f"/mapping/fields/{name}/column", "unknown_column", "the file has no such column")


def _wrong_constants(targets: Targets, settings: ImportSettings) -> Iterator[FieldError]:
    for name, value in settings.mapping.constants.items():
        if name not in targets:
            yield _unknown(f"/mapping/constants/{name}")
            continue
        try:
            constant(targets[name], value)
        except BadCell as bad:
            yield FieldError(f"/mapping/constants/{name}", bad.code, bad.detail)


def _unknown(pointer: str) -> FieldError:
    return FieldError(pointer, "unknown_field", "not a field that an import can fill")


def keys_of(record_type: type[Record]) -> list[str]:
    """The fields by which an import can find records: the id, and texts with an index."""
    texts = [each for each in specs_of(record_type).values() if each.type is str and not each.many]
    indexed = [each.name for each in texts if each.listed and each.listed.indexed]
    return ["id", *(name for name in indexed if name in targets_of(record_type))]


def refuse_unallowed(grants: Grants, collection: str, settings: ImportSettings) -> None:
    """Raises `Forbidden` or `InvalidFields` where the caller could not do row by row what the import is to do."""
    require(grants, collection, Operation.CREATE)
    if settings.mode is ImportMode.UPSERT:
        require(grants, collection, Operation.WRITE)
    refuse_closed_fields(settings.mapping.paths - {"id"}, grants, collection)


def problems_of(targets: Targets, columns: Sequence[str], settings: ImportSettings) -> tuple[ImportProblem, ...]:
    """What a person should look at: fields that nothing fills though they must be, and columns that go nowhere."""
    mapping, key = settings.mapping, settings.key
    required = {name for name, target in targets.items() if target.required}
    missing = [
        ImportProblem(code="required_field", detail=f"nothing fills {name}")
        for name in sorted(required - mapping.names)
    ]
    unkeyed = key is not None and key not in mapping.fields
    keyless = [ImportProblem(code="key_not_mapped", detail=f"no column fills {key}")] if unkeyed else []
    named = {rule.column for rule in mapping.fields.values()}
    ignored = [
        ImportProblem(code="ignored_column", detail=f"{each} goes nowhere") for each in columns if each not in named
    ]
    return (*missing, *keyless, *ignored)
