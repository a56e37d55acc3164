"""The activity type: a kind of activity that an administrator defines, with fields of its own."""

from typing import Annotated

from pydantic import Field

from libs.domain.fields import GUARDED, INITIAL, LISTED, SEARCHED, Line, Text
from libs.domain.json_schemas import JsonSchema, require_sound
from libs.domain.record import Index, Record
from libs.domain.refusals import InvalidFields, Refusal

TypeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class ActivityTypeInUse(Refusal):
    """There are activities of this type, so that it can be deactivated only."""

    code = "activity_type_in_use"


class ActivityType(Record, collection="activity_types", aggregate="activity.activity_type"):
    """`name` is what activities call it, for good; `label` is what people do. `fields_schema` describes the fields.

    A type is `used` from its first activity on. What is stored by an earlier schema stays as it is.
    """

    indexes = (Index(("name",), unique=True),)

    name: Annotated[TypeName, INITIAL, LISTED]
    label: Annotated[Line, LISTED, SEARCHED]
    description: Text | None = None
    fields_schema: JsonSchema
    used: Annotated[bool, GUARDED, LISTED] = False

    def sound(self) -> "ActivityType":
        """The type itself; raises `InvalidFields` where its schema is not understood."""
        require_sound(self.fields_schema, at="/fields_schema")
        return self

    def require_open(self) -> None:
        """Raises `InvalidFields` where there are to be no further activities of the type."""
        if self.state != "active":
            raise InvalidFields.at("/activity_type", "inactive", f"{self.label} is not in use any more")

    def require_unused(self) -> None:
        if self.used:
            raise ActivityTypeInUse(f"there are activities of the type {self.name}: deactivate it", open_actions=[])
