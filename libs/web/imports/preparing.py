"""From the cells of a row to what a client would have sent: pure, but for the references, which are looked up after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from libs.domain.custom_fields import CustomFields
from libs.domain.grants import Grants
from libs.domain.record import Draft, Record, revision_of
from libs.domain.refusals import FieldError
from libs.store.documents import to_json
from libs.tables.cells import Cell, as_text
from libs.tables.mapping import FieldRule
from libs.tables.targets import POINTING, Target, targets_of
from libs.tables.values import BadCell, Reader, constant
from libs.web.drafting import drafted
from libs.web.imports.lookups import Found, Wanted
from libs.web.imports.model import Import

_OF_ID: Final = Target(("id",), str)


@dataclass(slots=True)
class Prepared:
    """A row on its way. `values` are nested as JSON has them, without `references`, which are still text."""

    row: int
    cells: Sequence[Cell]
    values: dict[str, Any] = field(default_factory=dict)
    references: dict[Target, list[Wanted]] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    key: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(as_text(cell) for cell in self.cells)

    def link(self, found: Mapping[Wanted, Found | FieldError]) -> None:
        """Puts where the references lead in the place of their texts."""
        for target, wanted in self.references.items():
            hits = [found[each] for each in wanted]
            wrong = [hit for hit in hits if isinstance(hit, FieldError)]
            self.errors += [FieldError(_pointer(target), each.code, each.detail) for each in wrong]
            if not wrong:
                values = [_pointing(target, hit) for hit in hits if not isinstance(hit, FieldError)]
                _put(self.values, target.path, values if target.many else values[0])


class Preparing:
    """How the rows of one import are read."""

    def __init__(self, record_type: type[Record], found: Import, grants: Grants, custom: CustomFields) -> None:
        self._record_type = record_type
        self._grants = grants
        self._custom = custom
        self._width = len(found.columns)
        self._key = found.key
        targets, mapping = targets_of(record_type, custom.model), found.mapping
        places = {title: place for place, title in enumerate(found.columns)}
        fields = {_OF_ID if name == "id" else targets[name]: rule for name, rule in mapping.fields.items()}
        self._rules = {
            target: (places[rule.column], rule, Reader(target, rule, mapping)) for target, rule in fields.items()
        }
        self._constants = {targets[name]: constant(targets[name], value) for name, value in mapping.constants.items()}

    def prepared(self, row: int, cells: Sequence[Cell]) -> Prepared:
        found = Prepared(row, cells)
        if any(cell not in (None, "") for cell in cells[self._width :]):
            found.errors.append(FieldError("", "too_many_cells", f"the row has more than {self._width} cells"))
        for target, fixed in self._constants.items():
            self._take(found, target, fixed, None)
        for target, (place, rule, reader) in self._rules.items():
            try:
                value = reader.read(cells[place]) if place < len(cells) else None
            except BadCell as bad:
                found.errors.append(FieldError(_pointer(target), bad.code, bad.detail))
                continue
            if value is not None:
                self._take(found, target, value, rule)
        return found

    def _take(self, found: Prepared, target: Target, value: Any, rule: FieldRule | None) -> None:
        if target.name == self._key:
            found.key = value.lower() if target.name == "email" and isinstance(value, str) else str(value)
        if target is _OF_ID:
            return
        if target.is_reference:
            texts = value if isinstance(value, list) else [value]
            found.references[target] = [Wanted(str(text), target.lookup, rule.by if rule else None) for text in texts]
        else:
            _put(found.values, target.path, value)

    def draft(self, values: Mapping[str, Any]) -> Draft:
        """As if a client had sent the values; raises what `drafted` does."""
        return drafted(self._record_type, to_json(values), self._grants, self._custom)


def changes_in(values: Mapping[str, Any], current: Record) -> dict[str, Any]:
    """What of a row changes a record: all but what only a create sets."""
    allowed = revision_of(type(current)).model_fields
    return {name: value for name, value in values.items() if name in allowed}


def _put(values: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        values = values.setdefault(name, {})
    values[path[-1]] = value


def _pointer(target: Target) -> str:
    return "".join(f"/{name}" for name in target.path)


def _pointing(target: Target, found: Found) -> Any:
    collection, record_id = found
    return {"collection": collection, "id": record_id} if target.type in POINTING else record_id
