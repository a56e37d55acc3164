"""An activity of a type that an administrator has defined (activity_types)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from libs.domain.fields import INDEXED, INITIAL, LISTED
from libs.domain.json_schemas import JsonSchema, require_fitting
from libs.domain.personal import Personal
from services.activity.activities.model.activity import TEXTS, Activity
from services.activity.activity_types.model import TypeName


class CustomActivity(Activity, aggregate="activity.custom"):
    """`activity_type` is the name of its type, `fields` are as the schema of that type described them."""

    personal = Personal(texts=(*TEXTS, "fields"), belongs_to={"regarding": None}, parties=("parties",))

    type: Annotated[Literal["custom"], INITIAL, INDEXED] = "custom"
    activity_type: Annotated[TypeName, INITIAL, INDEXED]
    fields: Annotated[dict[str, Any], LISTED, Field(default_factory=dict)]

    def fitting(self, schema: JsonSchema) -> "CustomActivity":
        """The activity itself; raises `InvalidFields` naming what the schema does not take."""
        require_fitting(self.fields, schema, at="/fields")
        return self
