"""Notes and their files over HTTP."""

from typing import Final

from libs.domain.attachments import Limits
from libs.web.attachments import AttachmentRoutes
from libs.web.resource import Resource
from libs.web.settings import ServiceSettings
from services.activity.notes import commands
from services.activity.notes.model import Note
from services.activity.notes.store import FILES

MOST_FILES: Final = 50


def limits(settings: ServiceSettings) -> Limits:
    return Limits(
        settings.largest_attachment,
        together=settings.attachments_together,
        most=MOST_FILES,
        refused=settings.refused_attachments,
    )


RESOURCE: Final[Resource[Note]] = Resource(Note, create=commands.create_note, change=commands.change_note)
ATTACHMENTS: Final = AttachmentRoutes(Note, FILES, limits, commands.attach_file, commands.detach_file)
ROUTES: Final = tuple(ATTACHMENTS.routes(Note))
