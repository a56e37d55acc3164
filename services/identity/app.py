"""The whole identity service on one page."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Final

from aiohttp import web

from libs.web.assembling import create_app
from libs.web.executing import STORE
from libs.web.mailing import MailServer, Posting
from libs.web.requests import DIRECTORY
from libs.web.service import Service
from libs.web.settings import ServiceSettings
from services.identity.api_keys import routes as api_keys
from services.identity.api_keys.model import ApiKey
from services.identity.attempts import store as attempts
from services.identity.custom_fields import routes as custom_fields
from services.identity.directory import routes as directory
from services.identity.duplicate_rules import routes as duplicate_rules
from services.identity.duplicate_rules.first import make_default_rules
from services.identity.keys import routes as keys
from services.identity.keys.files import load_signing_keys
from services.identity.notices import consumers as notices
from services.identity.own_identity import OwnIdentity
from services.identity.password_links import routes as links
from services.identity.password_links import store as password_links
from services.identity.roles import routes as roles
from services.identity.roles.first import make_default_roles
from services.identity.second_factor import routes as second_factor
from services.identity.sessions import routes as sessions
from services.identity.sessions.commands import end_sessions_before
from services.identity.sessions.model import Session
from services.identity.sessions.sign_in import SignIns
from services.identity.teams import routes as teams
from services.identity.users import routes as users
from services.identity.users import store as credentials
from services.identity.users.first import make_first_administrator, refuse_weak
from services.identity.users.passwords import Passwords

IDENTITY: Final = Service(
    name="identity",
    resources=(
        users.RESOURCE,
        roles.RESOURCE,
        teams.RESOURCE,
        custom_fields.RESOURCE,
        duplicate_rules.RESOURCE,
    ),
    routes=(
        *users.ROUTES,
        *sessions.ROUTES,
        *api_keys.ROUTES,
        *keys.ROUTES,
        *directory.ROUTES,
        *links.ROUTES,
        *second_factor.ROUTES,
    ),
    records=(Session, ApiKey),
    indexes={**attempts.INDEXES, **credentials.INDEXES, **password_links.INDEXES},
    recovered=end_sessions_before,
    consumers=(notices.tell_of_webhook,),
    sending=(notices.notices,),
)


async def make_app(settings: ServiceSettings) -> web.Application:
    """Raises `RefusesToStart` where the settings would leave the doors open."""
    signing_keys = load_signing_keys(settings.signing_key_file, development=settings.is_development)
    passwords = Passwords()
    attachments, mail_server = (_first_records(settings, passwords),), MailServer.of(settings)
    service = replace(IDENTITY, attachments=attachments, identity=lambda store: OwnIdentity(store, signing_keys))
    app = await create_app(service, settings)
    app[keys.SIGNING_KEYS] = signing_keys
    app[users.PASSWORDS] = passwords
    app[links.POSTING] = Posting()
    app[links.PUBLIC_URL] = settings.public_url.rstrip("/")
    if mail_server is not None:
        app[links.MAIL_SERVER] = mail_server
    app[sessions.SIGN_INS] = SignIns(passwords)
    return app


def _first_records(settings: ServiceSettings, passwords: Passwords) -> Callable[[web.Application], AsyncIterator[None]]:
    """The roles, the rules and the administrator that every installation begins with."""
    development = settings.is_development
    admin_password = settings.admin_password.get_secret_value() if settings.admin_password else None
    refuse_weak(admin_password, development=development)

    async def make(app: web.Application) -> AsyncIterator[None]:
        await make_default_roles(app[STORE])
        await make_default_rules(app[STORE])
        await app[DIRECTORY].reload()
        await make_first_administrator(app[STORE], passwords, admin_password, development=development)
        yield
        await app[links.POSTING].close()
        passwords.close()

    return make
