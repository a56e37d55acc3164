"""`python -m tests.faults.mail_service`: the activity service, which asks the mail server again sooner than usual."""

from datetime import timedelta

from aiohttp import web

from libs.web.assembling import create_app
from libs.web.server import run, tcp_site
from services.activity.app import activity
from services.activity.email_sending.model import Patience
from services.activity.email_sending.postman import Pace
from services.activity.settings import ActivitySettings

PATIENCE = Patience(first_pause=timedelta(milliseconds=200), longest_pause=timedelta(seconds=1))
PACE = Pace(per_minute=1_000_000, poll_every=0.05, lease=8.0, patience=PATIENCE)


async def make_app(settings: ActivitySettings) -> web.Application:
    return await create_app(activity(PACE), settings)


if __name__ == "__main__":
    run("activity", make_app, ActivitySettings(), site=tcp_site)
