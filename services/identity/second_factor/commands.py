"""Setting a second factor up, and taking it away."""

from libs.contracts.identity import UserSecondFactorAdded, UserSecondFactorRemoved
from libs.domain.refusals import InvalidFields, Refusal
from libs.store.work import UnitOfWork
from services.identity.administering import require_standing
from services.identity.second_factor import store
from services.identity.second_factor.codes import new_secret, step_of
from services.identity.second_factor.store import SecondFactor
from services.identity.users.commands import require_password
from services.identity.users.model import User
from services.identity.users.passwords import Passwords


class AlreadySetUp(Refusal):
    code = "second_factor_set_up"

    def __init__(self) -> None:
        super().__init__("There is a second factor already; remove it first.")


async def offer(work: UnitOfWork, user_id: str, current: str, passwords: Passwords) -> tuple[User, SecondFactor]:
    """A new secret, good for nothing until a code of it is confirmed."""
    user = await require_password(work, user_id, current, passwords)
    former = await store.of_user(work.store, user_id)
    if former is not None and former.confirmed:
        raise AlreadySetUp
    factor = SecondFactor(user_id, new_secret(), confirmed=False)
    store.keep(work, factor)
    return user, factor


async def confirm(work: UnitOfWork, user_id: str, code: str) -> None:
    factor = await store.of_user(work.store, user_id)
    if factor is None:
        raise InvalidFields.at("/code", "not_offered", "Ask for a second factor first.")
    if factor.confirmed:
        raise AlreadySetUp
    step = step_of(code, factor.secret, at=work.now)
    if step is None:
        raise InvalidFields.at("/code", "wrong_code", "This is not the code that the app shows now.")
    store.confirm(work, factor, step)
    work.save(await work.get(User, user_id), UserSecondFactorAdded())


async def remove_own(work: UnitOfWork, user_id: str, current: str, passwords: Passwords) -> None:
    _remove(work, await require_password(work, user_id, current, passwords))


async def remove_of(work: UnitOfWork, user_id: str) -> User:
    """Lets somebody who has lost the app sign in by the password alone; an administrator does that."""
    user = await work.get_target(User, user_id)
    require_standing(work, administrator=user.is_administrator)
    return _remove(work, user)


def _remove(work: UnitOfWork, user: User) -> User:
    store.forget(work, user.id)
    return work.save(user, UserSecondFactorRemoved())
