"""What a collection declares about its fields, so that queries reach these and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from libs.store.query.limits import MAX_LISTED_NAMES
from libs.store.query.refusals import Fault


class FieldKind(StrEnum):
    """How a field is stored and what it can be compared with."""

    TEXT = "text"
    EMAIL = "email"
    """Stored in lower case; whatever it is compared with is folded first."""
    ID = "id"
    NUMBER = "number"
    MONEY = "money"
    """Any exact decimal."""
    BOOLEAN = "boolean"
    DATE = "date"
    """A calendar day, stored as `YYYY-MM-DD`."""
    DATETIME = "datetime"
    CHOICE = "choice"
    REFERENCE = "reference"
    """A `Reference`: `customer/id`, `customer/collection` and `customer/name` come with it."""
    OPEN = "open"
    """An object whose members are not declared: `fields/floors` is compared as what it is compared with is written."""
    TEXT_LIST = "text_list"
    ID_LIST = "id_list"
    CHOICE_LIST = "choice_list"
    REFERENCE_LIST = "reference_list"
    OBJECT_LIST = "object_list"
    """A list of parts; each part's fields are declared as `lines/product_id`."""

    @property
    def element(self) -> "FieldKind | None":
        """What a list holds, `None` for what is no list; the parts of an `OBJECT_LIST` have no kind."""
        return _ELEMENTS.get(self)

    @property
    def is_list(self) -> bool:
        return self in _ELEMENTS

    @property
    def holds_values(self) -> bool:
        """Whether this is a list whose elements have no parts."""
        return self.is_list and self.element not in (None, FieldKind.REFERENCE)


_ELEMENTS: Final[Mapping[FieldKind, FieldKind | None]] = {
    FieldKind.TEXT_LIST: FieldKind.TEXT,
    FieldKind.ID_LIST: FieldKind.ID,
    FieldKind.CHOICE_LIST: FieldKind.CHOICE,
    FieldKind.REFERENCE_LIST: FieldKind.REFERENCE,
    FieldKind.OBJECT_LIST: None,
}

_REFERENCE_MEMBERS: Final[Mapping[str, FieldKind]] = {
    "id": FieldKind.ID,
    "collection": FieldKind.TEXT,
    "name": FieldKind.TEXT,
}


@dataclass(frozen=True, slots=True)
class QueryField:
    """One field that lists know. `name` is its path on the wire: `email`, `address/city`."""

    name: str
    kind: FieldKind
    sortable: bool
    searchable: bool
    choices: tuple[str, ...] = ()
    filterable: bool = True
    apart: bool = False
    """Whether a search must tell its words from those of fields that are hidden."""

    @property
    def path(self) -> str:
        """Where MongoDB keeps it."""
        return "_id" if self.name == "id" else self.name.replace("/", ".")


QueryFields = Mapping[str, QueryField]


def find(fields: QueryFields, name: str) -> QueryField | None:
    """The field of this name, declared or brought along by a reference."""
    if name in fields:
        return fields[name]
    owner_name, _, member = name.rpartition("/")
    owner = fields.get(owner_name)
    if owner is not None and owner.kind is FieldKind.OPEN and member.isidentifier():
        return QueryField(name, FieldKind.OPEN, sortable=False, searchable=False, filterable=owner.filterable)
    if owner is None or owner.kind not in (FieldKind.REFERENCE, FieldKind.REFERENCE_LIST):
        return None
    kind = _REFERENCE_MEMBERS.get(member)
    if kind is None:
        return None
    sortable = owner.sortable and owner.kind is FieldKind.REFERENCE
    return QueryField(name, kind, sortable=sortable, searchable=False, filterable=owner.filterable)


def anything(_field: QueryField) -> bool:
    return True


def require(fields: QueryFields, name: str, allowed: Callable[[QueryField], bool] = anything) -> QueryField:
    """The field of this name if it is allowed here, or a fault that names those that are."""
    found = find(fields, name)
    if found is None:
        raise Fault("unknown_field", f"there is no field {name[:100]!r}; here go: {_listed(fields, allowed)}")
    if not allowed(found):
        raise Fault("field_not_allowed", f"{name} does not go here; these do: {_listed(fields, allowed)}")
    return found


def filterable(field: QueryField) -> bool:
    return field.filterable


def sortable(field: QueryField) -> bool:
    return field.sortable


def _listed(fields: QueryFields, allowed: Callable[[QueryField], bool]) -> str:
    names = sorted(field.name for field in fields.values() if allowed(field))
    more = ["…"] if len(names) > MAX_LISTED_NAMES else []
    return ", ".join(names[:MAX_LISTED_NAMES] + more) or "none"


def enclosing_list(fields: QueryFields, name: str) -> QueryField | None:
    """The list that the field `name` lies in, if it lies in one."""
    segments = name.split("/")
    prefixes = ("/".join(segments[:end]) for end in range(1, len(segments)))
    owners = (fields.get(prefix) for prefix in prefixes)
    return next((owner for owner in owners if owner is not None and owner.kind.is_list), None)
