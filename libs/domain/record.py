"""The record: what every lead, case, campaign … has, and what its class says about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Self, TypeVar, Union, cast, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo

from libs.contracts.values import Moment, Value
from libs.domain.fields import GUARDED, INDEXED, LISTED, Guarded, Listed, Lookup, Searched
from libs.domain.personal import Personal
from libs.domain.sharing import MOST_SHARES, Share

Tag = Annotated[str, Field(min_length=1, max_length=60)]


@dataclass(frozen=True, slots=True)
class Index:
    """A compound index: fields in order, `-` before one that descends. `unique` ignores records without the first.

    Documents without any of the fields have no entry where it is `sparse`, nor have those that differ from `only`, the
    value of one more field. With `expires_after`, documents go that long after the time in the one field, unannounced
    and for good.
    """

    fields: tuple[str, ...]
    unique: bool = False
    sparse: bool = False
    only: tuple[str, str] | None = None
    expires_after: timedelta | None = None


class Record(BaseModel):
    """A record at one version. Frozen: a rule returns the next state by `evolve`.

    A subclass names its collection and its aggregate: `class Lead(Record, collection="leads", aggregate="sales.lead")`.
    A collection of several kinds of record, told apart by their `type`, has a class that names them all:
    `class AnyActivity(Activity, kinds=(PhoneCall, Task))`. What is read as that is one of the kinds.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    collection: ClassVar[str]
    aggregate: ClassVar[str]
    indexes: ClassVar[tuple[Index, ...]] = ()
    parent: ClassVar[str | None] = None
    """The field that names the record this one hangs on, for subscribers who open it with that."""
    mergeable: ClassVar[bool] = False
    """Whether records that are the same can be made one, so that the ids of others come to lead to it."""
    claiming: ClassVar[bool] = False
    """Whether records claim what none other of the collection may have, in their own documents."""
    kinds: ClassVar[Mapping[str, type["Record"]]] = {}
    personal: ClassVar[Personal | None] = None

    id: Annotated[str, GUARDED, LISTED]
    version: Annotated[int, GUARDED] = 1
    state: Annotated[str, GUARDED, LISTED] = "active"
    status_reason: Annotated[str | None, GUARDED, LISTED] = None
    owner_id: Annotated[str | None, GUARDED, INDEXED] = None
    shares: Annotated[tuple[Share, ...], GUARDED, Field(max_length=MOST_SHARES)] = ()
    created_at: Annotated[Moment | None, GUARDED, INDEXED] = None
    created_by: Annotated[str | None, GUARDED, LISTED] = None
    modified_at: Annotated[Moment | None, GUARDED, INDEXED] = None
    modified_by: Annotated[str | None, GUARDED, LISTED] = None
    tags: Annotated[tuple[Tag, ...], LISTED, Field(max_length=50)] = ()
    custom: dict[str, Any] = Field(default_factory=dict, max_length=500)

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        collection: str | None = None,
        aggregate: str | None = None,
        kinds: tuple[type["Record"], ...] = (),
        **kwargs: Any,
    ) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if collection is not None:
            cls.collection = collection
        if aggregate is not None:
            cls.aggregate = aggregate
        cls.kinds = {kind.model_fields["type"].default: kind for kind in kinds}

    # The type checker reads class arguments from here; pydantic hands them to the hook above.
    def __init_subclass__(
        cls,
        *,
        collection: str | None = None,
        aggregate: str | None = None,
        kinds: tuple[type["Record"], ...] = (),
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)

    @classmethod
    def drafted(cls, draft: "Draft", *, id: str) -> Self:
        """A new record from what a client sent, which was validated as it was read."""
        return cast("Self", _prototype(cls).model_copy(update={"id": id, "custom": {}, **draft.values()}))

    def evolve(self, **changes: object) -> Self:
        """The record with some fields changed, all of it validated; the unit of work gives it the next version."""
        return self.model_validate({**self.__dict__, **changes})


R = TypeVar("R", bound=Record)


@cache
def _prototype(record_type: type[R]) -> R:
    """A record with nothing but defaults: copying it costs a tenth of making one, which asks each field anew."""
    return cast(R, record_type.model_construct(id=""))


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field as its markers describe it. `type` is the bare type: no markers, no `None`, no tuple around it."""

    name: str
    type: Any
    required: bool
    many: bool
    guarded: Guarded | None
    listed: Listed | None
    searched: bool
    lookup: Lookup | None


def _bare(annotation: Any) -> Any:
    """The type itself, without `Annotated`; a time is a `datetime`, zone or not."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return datetime if annotation is AwareDatetime else annotation


def bare_type(annotation: Any) -> Any:
    """The type itself: no markers, no `None` beside it."""
    annotation = _bare(annotation)
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        if len(kinds) == 1:
            return _bare(kinds[0])
    return annotation


def _spec(name: str, info: FieldInfo) -> FieldSpec:
    def marker(kind: type[Any]) -> Any:
        return next((entry for entry in info.metadata if isinstance(entry, kind)), None)

    bare = bare_type(info.annotation)
    many = get_origin(bare) is tuple
    return FieldSpec(
        name=name,
        type=bare_type(get_args(bare)[0]) if many else bare,
        required=info.is_required(),
        many=many,
        guarded=marker(Guarded),
        listed=marker(Listed),
        searched=marker(Searched) is not None,
        lookup=marker(Lookup),
    )


@cache
def parts_of(value_type: type[Value]) -> dict[str, FieldSpec]:
    """What a part of records says about each of its fields, in order."""
    return {name: _spec(name, info) for name, info in value_type.model_fields.items()}


@cache
def specs_of(record_type: type[Record]) -> dict[str, FieldSpec]:
    """What a record class says about each of its fields, in order; after them, those that only its kinds have."""
    specs = {name: _spec(name, info) for name, info in record_type.model_fields.items()}
    for kind in record_type.kinds.values():
        specs |= {name: each for name, each in specs_of(kind).items() if name not in specs}
    return specs


class Draft(BaseModel):
    """What a client may send: the fields of a record that are not guarded, strictly typed, nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    def values(self) -> dict[str, Any]:
        """The fields by name, as they were validated: for building the record without validating twice."""
        return dict(self.__dict__)


@cache
def draft_of(record_type: type[Record]) -> type[Draft]:
    """The body of a create, derived from the record class."""
    return _draft(record_type, "Create", lambda spec: spec.guarded is None or spec.guarded.initial)


@cache
def revision_of(record_type: type[Record]) -> type[Draft]:
    """The state that a merge patch may lead to: as a draft, without the fields that only a create sets."""
    return _draft(record_type, "Update", lambda spec: spec.guarded is None)


def _draft(record_type: type[Record], prefix: str, open_: Any) -> type[Draft]:
    fields: dict[str, Any] = {
        name: (record_type.model_fields[name].rebuild_annotation(), record_type.model_fields[name])
        for name, spec in specs_of(record_type).items()
        if name in record_type.model_fields and open_(spec)
    }
    return create_model(f"{prefix}{record_type.__name__}", __base__=Draft, **fields)
