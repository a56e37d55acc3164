"""Pipelines over HTTP. They are not removed, since what went through them keeps telling of it: one is deactivated."""

from typing import Final

from libs.web.resource import Action, Resource
from services.sales.pipelines import commands
from services.sales.pipelines.model import Pipeline

RESOURCE: Final = Resource(
    Pipeline,
    create=commands.create_pipeline,
    change=commands.change_pipeline,
    removable=False,
    actions=(
        Action("deactivate", commands.deactivate_pipeline, "Let nothing enter its stages for now", answer=Pipeline),
        Action("activate", commands.activate_pipeline, "Let opportunities enter its stages again", answer=Pipeline),
    ),
)
