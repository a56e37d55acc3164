"""Relationships over HTTP: a filter on either end finds all of a person or a company."""

from typing import Final

from libs.web.resource import Resource
from services.sales.relationships import commands
from services.sales.relationships.model import Relationship

RESOURCE: Final = Resource(
    Relationship,
    create=commands.create_relationship,
    change=commands.change_relationship,
    restore=commands.restore_relationship,
)
