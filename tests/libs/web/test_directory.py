"""What a copy of a service knows of roles, teams and users, and when."""

import asyncio
from typing import Any

import pytest
from joserfc.jwk import KeySet

from libs.domain.directory import DirectoryDocument
from libs.domain.grants import Depth, Operation, may
from libs.domain.refusals import Unavailable
from libs.domain.sharing import Principal
from libs.web.authentication import Caller
from libs.web.directory import Directory
from tests.support.events import envelope

READ = Operation.READ
ANA = Caller("ana", "Ana", ("seller",), "session-1", "ui")
KEY = Caller("ana", "Ana", ("seller", "boss"), "key-1", "api_key")


def role(id_: str, version: int = 1, **depths: str) -> dict[str, Any]:
    return {"id": id_, "version": version, "permissions": {name: {"read": depth} for name, depth in depths.items()}}


class People:
    """An identity service that answers when it is told to."""

    def __init__(self, **document: Any) -> None:
        self.document = document
        self.asked = 0
        self.away = False
        self.asking = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def directory(self) -> DirectoryDocument:
        self.asked += 1
        self.asking.set()
        found = DirectoryDocument.model_validate(self.document)
        await self.open.wait()
        if self.away:
            raise Unavailable("away")
        return found

    async def signing_keys(self) -> KeySet:
        raise NotImplementedError  # nobody here asks for it

    async def revoked_sessions(self) -> list[str]:
        raise NotImplementedError  # nobody here asks for it

    async def exchange(self, api_key: str) -> str:
        raise NotImplementedError  # nobody here asks for it

    async def close(self) -> None:
        raise NotImplementedError  # nobody here asks for it


@pytest.fixture
def people() -> People:
    return People(roles=[role("seller", leads="own"), role("boss", leads="all")])


@pytest.fixture
async def directory(people: People) -> Directory:
    directory = Directory(people)
    await directory.reload()
    return directory


async def test_a_user_not_heard_of_yet_has_the_roles_of_the_token(directory: Directory) -> None:
    assert directory.grants(ANA).on("leads").depths == {READ: Depth.OWN}


async def test_a_known_user_has_the_roles_that_identity_tells(directory: Directory) -> None:
    assert may(directory.grants(ANA), "leads", READ)

    await directory.hear(envelope("identity.user.updated", "users", {"id": "ana", "roles": ["boss"]}))

    assert directory.grants(ANA).on("leads").depths == {READ: Depth.ALL}
    assert directory.grants(KEY).on("leads").depths == {READ: Depth.ALL}
    await directory.hear(envelope("identity.user.updated", "users", {"id": "ana", "roles": ["seller"]}, sequence=2))
    assert directory.grants(KEY).on("leads").depths == {READ: Depth.OWN}


async def test_a_key_never_has_a_role_that_it_was_not_made_with(directory: Directory) -> None:
    narrow = Caller("ana", "Ana", ("seller",), "key-1", "api_key")

    await directory.hear(envelope("identity.user.updated", "users", {"id": "ana", "roles": ["seller", "boss"]}))

    assert directory.roles_of(narrow) == ("seller",)


async def test_a_user_who_was_shut_out_may_do_nothing(directory: Directory) -> None:
    ana = {"id": "ana", "state": "inactive", "roles": ["boss", "administrator"]}
    await directory.hear(envelope("identity.user.deactivated", "users", ana))

    assert not may(directory.grants(ANA), "leads", READ)
    assert not directory.grants(ANA).everything
    assert await directory.principal("ana") is None


async def test_active_users_are_known_by_the_names_that_they_have_now(directory: Directory, people: People) -> None:
    people.document["users"] = [{"id": "rui", "version": 1, "username": "rui"}]
    await directory.reload()
    user = {"id": "ana", "username": "ana", "roles": ["boss"]}
    await directory.hear(envelope("identity.user.created", "users", user))
    assert [directory.user_called(name) for name in ("rui", "ana", "eva")] == ["rui", "ana", None]

    await directory.hear(envelope("identity.user.updated", "users", {**user, "username": "eva"}, sequence=2))
    await directory.hear(envelope("identity.user.created", "users", user))
    assert [directory.user_called(name) for name in ("ana", "eva")] == [None, "ana"]

    shut_out = {**user, "username": "eva", "state": "inactive"}
    await directory.hear(envelope("identity.user.deactivated", "users", shut_out, sequence=3))
    assert directory.user_called("eva") is None


async def test_an_older_event_changes_nothing(directory: Directory) -> None:
    await directory.hear(envelope("identity.role.updated", "roles", role("seller", 3, leads="none"), sequence=3))
    await directory.hear(envelope("identity.role.updated", "roles", role("seller", 2, leads="all"), sequence=2))

    assert not may(directory.grants(ANA), "leads", READ)


async def test_what_is_heard_while_all_is_loaded_is_not_lost(directory: Directory, people: People) -> None:
    people.open.clear()
    people.asking.clear()
    loading = asyncio.create_task(directory.reload())
    await people.asking.wait()
    await directory.hear(envelope("identity.role.updated", "roles", role("seller", 2, leads="none"), sequence=2))
    people.open.set()
    await loading

    assert not may(directory.grants(ANA), "leads", READ)


async def test_members_of_a_team_own_what_it_owns_and_know_their_mates(directory: Directory) -> None:
    team = {"id": "north", "member_ids": ["ana", "rui"]}
    await directory.hear(envelope("identity.team.created", "teams", team))

    grants = directory.grants(ANA)
    assert grants.team_ids == {"north"}
    assert grants.mate_ids == {"ana", "rui"}
    assert await directory.principal("north") is Principal.TEAM

    await directory.hear(envelope("identity.team.deactivated", "teams", {**team, "state": "inactive"}, sequence=2))
    assert directory.grants(ANA).team_ids == frozenset()


async def test_nobody_may_do_anything_while_nothing_is_known(people: People) -> None:
    people.away = True
    directory = Directory(people)
    await directory.reload()

    with pytest.raises(Unavailable):
        directory.grants(ANA)
    with pytest.raises(Unavailable):
        await directory.check()
    people.away = False
    await directory.check()
    assert may(directory.grants(ANA), "leads", READ)


async def test_what_is_known_holds_on_while_identity_is_away(directory: Directory, people: People) -> None:
    people.away = True
    await directory.reload()

    assert may(directory.grants(ANA), "leads", READ)


async def test_somebody_unknown_is_asked_for_but_not_without_end(people: People) -> None:
    now = [0.0]
    directory = Directory(people, now=lambda: now[0])
    await directory.reload()
    now[0] = 5.0
    people.document["users"] = [{"id": "zoe", "version": 1}]

    assert await directory.principal("zoe") is Principal.USER
    for _ in range(10):
        assert await directory.principal("nobody") is None
    assert people.asked == 2


async def test_grants_are_worked_out_once(directory: Directory) -> None:
    assert directory.grants(ANA) is directory.grants(ANA)
