"""How one wants to hear of notifications, over HTTP."""

from typing import Final

from aiohttp import web

from libs.store.documents import to_json
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.web.answers import json_response, rendered
from libs.web.api import SIGNED_IN, Route
from libs.web.executing import STORE, execute_asked
from libs.web.requests import caller_of
from services.activity.digests import commands, store
from services.activity.digests.model import NotificationSettings

_PATH: Final = "/api/v1/notification_settings"


async def read_settings(request: web.Request) -> web.Response:
    settings = await store.settings_of(request.app[STORE], caller_of(request).user_id)
    return json_response(to_json(settings.model_dump()))


async def set_settings(request: web.Request) -> web.Response:
    async def command(work: UnitOfWork, settings: NotificationSettings) -> Answer:
        return rendered(work, commands.set_notification_settings(work, caller_of(request).user_id, settings))

    return await execute_asked(request, NotificationSettings, command)


ROUTES: Final = (
    Route(
        "GET",
        _PATH,
        read_settings,
        SIGNED_IN,
        "How one wants to hear of notifications",
        answer=NotificationSettings,
    ),
    Route(
        "POST",
        _PATH,
        set_settings,
        SIGNED_IN,
        "Say how one wants to hear of notifications",
        NotificationSettings,
        NotificationSettings,
    ),
)
