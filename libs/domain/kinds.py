"""Collections that hold several kinds of record, told apart by their `type`."""

from collections.abc import Callable, Mapping
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Final, TypeVar, cast

from pydantic import BaseModel, Field, RootModel, create_model

from libs.domain.record import Record
from libs.domain.refusals import InvalidFields

R = TypeVar("R", bound=Record)

TOLD_APART_BY: Final = "type"


def kind_of(record_type: type[R], values: Mapping[str, Any]) -> type[R]:
    """The class of a stored record; one of a kind that is not known here is read by what all kinds have."""
    if not record_type.kinds:
        return record_type
    return cast(type[R], record_type.kinds.get(values.get(TOLD_APART_BY, ""), record_type))


def kind_named(record_type: type[R], values: object) -> type[R]:
    """The class that a client's input is meant for; raises `InvalidFields` where it names no kind."""
    if not record_type.kinds or not isinstance(values, Mapping):
        return record_type
    named = values.get(TOLD_APART_BY)
    if not isinstance(named, str) or named not in record_type.kinds:
        code = "missing" if named is None else "unknown_type"
        raise InvalidFields.at(f"/{TOLD_APART_BY}", code, f"must be one of {', '.join(record_type.kinds)}")
    return cast(type[R], record_type.kinds[named])


def itself(record_type: type[Record]) -> type[BaseModel]:
    return record_type


@cache
def described(
    record_type: type[Record], model_of: Callable[[type[Record]], type[BaseModel]] = itself
) -> type[BaseModel]:
    """The model that describes records, or what `model_of` makes of them, where there may be several kinds."""
    if not record_type.kinds:
        return model_of(record_type)
    models = [model_of(kind) for kind in record_type.kinds.values()]
    either: Any = reduce(or_, models)
    if all(TOLD_APART_BY in model.model_fields for model in models):
        either = Annotated[either, Field(discriminator=TOLD_APART_BY)]
    return create_model(model_of(record_type).__name__, __base__=RootModel[either])
