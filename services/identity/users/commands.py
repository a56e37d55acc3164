"""What administrators do with users, and users with their own password."""

from libs.contracts.identity import UserUnlocked
from libs.contracts.sign_ins import EndReason
from libs.domain.record import Draft
from libs.domain.refusals import InvalidFields
from libs.store.work import UnitOfWork
from services.identity.administering import require_administrator, require_standing
from services.identity.api_keys.commands import end_api_keys_of
from services.identity.attempts import store as attempts
from services.identity.attempts.model import Subject
from services.identity.password_links import store as password_links
from services.identity.sessions.commands import end_sessions_of
from services.identity.users import model, store
from services.identity.users.model import User
from services.identity.users.passwords import Passwords, require_strong


async def create_user(work: UnitOfWork, draft: Draft) -> User:
    user = User.drafted(draft, id=work.new_id())
    if user.roles:
        require_administrator(work, "give roles")
    return work.add(user)


async def change_user(work: UnitOfWork, current: User, wanted: User) -> User:
    """Saves a patched user. Other roles count at once, in sign-ins that go on as well."""
    if wanted.roles != current.roles:
        require_administrator(work, "give or take roles")
    require_standing(work, administrator=current.is_administrator)
    await _keep_an_administrator(work, current, wanted)
    return work.save(wanted)


async def deactivate_user(work: UnitOfWork, user_id: str) -> User:
    user = await work.get_target(User, user_id)
    require_standing(work, administrator=user.is_administrator)
    inactive, event = model.deactivate(user)
    await _keep_an_administrator(work, user, inactive)
    await end_sessions_of(work, user.id, EndReason.USER_DEACTIVATED)
    await end_api_keys_of(work, user.id, EndReason.USER_DEACTIVATED)
    return work.save(inactive, event)


async def _keep_an_administrator(work: UnitOfWork, before: User, after: User) -> None:
    """Raises `LastAdministrator`."""
    if model.steps_down(before, after):
        model.keep_an_administrator(others=await store.other_administrators(work, before.id))


async def activate_user(work: UnitOfWork, user_id: str) -> User:
    user = await work.get_target(User, user_id)
    require_standing(work, administrator=user.is_administrator)
    return work.save(*model.activate(user))


async def unlock_user(work: UnitOfWork, user_id: str) -> User:
    """Forgets the failed sign-ins, so that the user need not wait."""
    user = await work.get_target(User, user_id)
    require_standing(work, administrator=user.is_administrator)
    work.drop(attempts.COLLECTION, Subject.user(user.username).key)
    return work.save(user, UserUnlocked())


async def set_password(
    work: UnitOfWork, user_id: str, password: str, passwords: Passwords, *, keeping: str | None = None
) -> User:
    """Replaces the password and ends every session begun with the old one, but for `keeping`."""
    user = await work.get_target(User, user_id)
    if keeping is None:
        require_standing(work, administrator=user.is_administrator)
    require_strong(password, user.username)
    await store.replace_credential(work, user.id, await passwords.hash(password))
    await password_links.forget(work, user.id)
    await end_sessions_of(work, user.id, EndReason.PASSWORD_SET, keeping=keeping)
    work.drop(attempts.COLLECTION, Subject.user(user.username).key)
    return work.save(*model.set_password(user))


async def change_own_password(
    work: UnitOfWork, user_id: str, current: str, new: str, passwords: Passwords, *, keeping: str
) -> User:
    """For a user who knows the present password; the session that asks goes on.

    Raises `InvalidFields`, or `TooManyAttempts`: a stolen token must not be good for guessing.
    """
    await require_password(work, user_id, current, passwords)
    return await set_password(work, user_id, new, passwords, keeping=keeping)


async def require_password(work: UnitOfWork, user_id: str, current: str, passwords: Passwords) -> User:
    """The user, who knows their password; raises `InvalidFields`, or `TooManyAttempts`."""
    user, credential = await work.get(User, user_id), await store.credential_of(work, user_id)
    await attempts.count(work.store, [Subject.user(user.username)], at=work.now)
    if not await passwords.match(current, credential.hashed if credential else None):
        raise InvalidFields.at("/current_password", "wrong_password", "This is not your present password.")
    return user
