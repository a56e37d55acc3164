"""Making links, and using them."""

from dataclasses import dataclass
from datetime import datetime

from libs.contracts.identity import UserPasswordLinkMade
from libs.domain.refusals import InvalidFields
from libs.store.work import UnitOfWork
from services.identity.administering import require_standing
from services.identity.password_links import store
from services.identity.password_links.model import LASTS, PasswordLink, Purpose
from services.identity.users.commands import set_password
from services.identity.users.model import User
from services.identity.users.passwords import Passwords


@dataclass(frozen=True, slots=True)
class NewLink:
    """`secret` is not kept: it is in the link alone."""

    user: User
    purpose: Purpose
    secret: str
    expires_at: datetime


async def make_link(work: UnitOfWork, user_id: str, purpose: Purpose) -> NewLink:
    user = await work.get_target(User, user_id)
    require_standing(work, administrator=user.is_administrator)
    if not user.may_sign_in:
        raise InvalidFields.at("/id", "inactive", "The user is not active.")
    secret, expires_at = store.new_secret(), work.now + LASTS[purpose]
    store.keep(work, PasswordLink(store.digest_of(secret), user.id, purpose, expires_at))
    return NewLink(work.save(user, UserPasswordLinkMade(purpose=purpose.value)), purpose, secret, expires_at)


async def choose_password(work: UnitOfWork, secret: str, password: str, passwords: Passwords) -> User:
    """Raises `LinkNotValid`, or `InvalidFields` for a weak password: then the link is still good."""
    return await set_password(work, await store.use(work, secret), password, passwords)
