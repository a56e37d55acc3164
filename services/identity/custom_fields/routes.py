"""Custom fields over HTTP. They are not removed, as records have values of them: an unwanted one is deactivated."""

from typing import Final

from libs.web.resource import Action, Resource
from services.identity.custom_fields import commands
from services.identity.custom_fields.model import CustomField

RESOURCE: Final = Resource(
    CustomField,
    create=commands.create_field,
    change=commands.change_field,
    removable=False,
    actions=(
        Action("deactivate", commands.deactivate_field, "Let records do without the field for now", answer=CustomField),
        Action("activate", commands.activate_field, "Let records have the field again", answer=CustomField),
    ),
)
