"""Making, using and ending API keys."""

from dataclasses import dataclass

from libs.contracts.sign_ins import ApiKeyCreated, EndReason
from libs.contracts.values import Moment
from libs.domain.refusals import InvalidFields, NotFound, Refusal
from libs.store.work import UnitOfWork
from services.identity.api_keys import model, store
from services.identity.api_keys.model import ApiKey
from services.identity.api_keys.secret import Secret, WrongApiKey
from services.identity.users.model import User


class TooManyApiKeys(Refusal):
    code = "too_many_api_keys"

    def __init__(self) -> None:
        super().__init__(f"A user has at most {store.MOST_PER_USER} API keys; revoke one first.")


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """`secret` is not kept: whoever made the key sees it this once."""

    key: ApiKey
    secret: Secret


async def create_api_key(
    work: UnitOfWork, user_id: str, *, name: str, roles: tuple[str, ...] = (), expires_at: Moment | None = None
) -> NewApiKey:
    active = await store.active_keys_of(work, user_id)
    user = await work.get(User, user_id)
    if not user.may_sign_in:
        raise InvalidFields.at("/user_id", "inactive", "The user is not active.")
    if excess := [role for role in roles if role not in user.roles]:
        raise InvalidFields.at("/roles", "not_held", f"The user does not have the role {excess[0]}.")
    if expires_at is not None and expires_at <= work.now:
        raise InvalidFields.at("/expires_at", "in_the_past", "must be in the future")
    if len(active) >= store.MOST_PER_USER:
        raise TooManyApiKeys
    secret = Secret.make(work.new_id())
    key = ApiKey(id=secret.key_id, owner_id=user.id, user_id=user.id, name=name, roles=roles, expires_at=expires_at)
    store.keep_hash(work, secret)
    return NewApiKey(work.add(key, ApiKeyCreated()), secret)


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A user who acts through an API key, with the roles that both allow."""

    key: ApiKey
    user: User

    @property
    def roles(self) -> tuple[str, ...]:
        return model.roles_of(self.key, self.user.roles)


async def recognise(work: UnitOfWork, text: str) -> KeyHolder:
    """Whose API key this is; raises `WrongApiKey`."""
    secret = Secret.parse(text)
    hashed = await store.hash_of(work, secret.key_id)
    if hashed is None or not secret.matches(hashed):
        raise WrongApiKey
    try:
        key = await work.get(ApiKey, secret.key_id)
        user = await work.get(User, key.user_id)
    except NotFound:
        raise WrongApiKey from None
    if not key.works(work.now) or not user.may_sign_in:
        raise WrongApiKey
    return KeyHolder(key, user)


async def revoke_api_key(work: UnitOfWork, key_id: str, *, only_of: str | None = None) -> ApiKey:
    """With `only_of`, other users' keys are as good as missing."""
    key = await work.get_target(ApiKey, key_id)
    if only_of is not None and key.user_id != only_of:
        raise NotFound(f"no api_key has the id {key_id}")
    return work.save(*model.revoke(key, EndReason.REVOKED, at=work.now))


async def end_api_keys_of(work: UnitOfWork, user_id: str, reason: EndReason) -> None:
    for key in await store.active_keys_of(work, user_id):
        work.save(*model.revoke(key, reason, at=work.now))
