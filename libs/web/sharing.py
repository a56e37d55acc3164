"""Giving a record to another owner, and opening it to others: actions that every record has."""

from typing import Any

from aiohttp import web

from libs.contracts.values import Value
from libs.domain import sharing
from libs.domain.grants import Operation, ShareAccess
from libs.domain.record import Record
from libs.domain.refusals import InvalidFields
from libs.domain.sharing import Principal, PrincipalId, Share
from libs.store.changes import Announcement
from libs.store.work import UnitOfWork
from libs.web.action import Action
from libs.web.requests import DIRECTORY


class Assign(Value):
    """To whom the record goes: a user or a team."""

    owner_id: PrincipalId


class Whom(Value):
    """A user or a team."""

    user_id: PrincipalId | None = None
    team_id: PrincipalId | None = None

    @property
    def principal(self) -> tuple[Principal, str]:
        """Raises `InvalidFields` unless exactly one is named."""
        match self.user_id, self.team_id:
            case str(user_id), None:
                return Principal.USER, user_id
            case None, str(team_id):
                return Principal.TEAM, team_id
        raise InvalidFields.at("/user_id", "missing", "name a user by user_id, or a team by team_id")


class ShareWith(Whom):
    """Whom to share with, and what for. To share again for something else takes the place of the former share."""

    access: ShareAccess = ShareAccess.READ


def sharing_actions(record_type: type[Record]) -> list[Action]:
    async def assign(work: UnitOfWork, record_id: str, request: Assign) -> Record:
        record = await work.get_target(record_type, record_id)
        assigned = Announcement(f"{record.aggregate}.assigned")
        return work.save(record.evolve(owner_id=request.owner_id), assigned)

    async def share(work: UnitOfWork, record_id: str, request: ShareWith) -> Record:
        kind, principal_id = request.principal
        record = await work.get_target(record_type, record_id)
        shared = sharing.share(record, Share(principal_id=principal_id, kind=kind, access=request.access))
        return record if shared is record else work.save(shared)

    async def unshare(work: UnitOfWork, record_id: str, request: Whom) -> Record:
        _, principal_id = request.principal
        record = await work.get_target(record_type, record_id)
        kept = sharing.unshare(record, principal_id)
        return record if kept is record else work.save(kept)

    return [
        Action(
            "assign",
            assign,
            "Give the record to another owner, a user or a team",
            Assign,
            record_type,
            operation=Operation.ASSIGN,
            vet=_require_owner,
        ),
        Action("share", share, "Let a user or a team see the record", ShareWith, record_type, vet=_require_whom),
        Action("unshare", unshare, "Take back what sharing gave", Whom, record_type),
    ]


async def _require_owner(request: web.Request, asked: Any) -> None:
    if await request.app[DIRECTORY].principal(asked.owner_id) is None:
        raise InvalidFields.at("/owner_id", "unknown_reference", "no active user or team has this id")


async def _require_whom(request: web.Request, asked: Any) -> None:
    kind, principal_id = asked.principal
    if await request.app[DIRECTORY].principal(principal_id) is not kind:
        raise InvalidFields.at(f"/{kind}_id", "unknown_reference", f"no active {kind} has this id")
