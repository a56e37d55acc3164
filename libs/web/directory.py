"""Who may do what, as this copy of the service knows it: loaded from identity, kept current by its events."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from libs.bus.tasks import end
from libs.contracts.envelope import Envelope
from libs.domain.custom_fields import NO_CUSTOM_FIELDS, CustomFields, FieldTerms, FieldType
from libs.domain.directory import (
    CustomFieldEntry,
    DirectoryDocument,
    DuplicateRuleEntry,
    Entry,
    RoleEntry,
    TeamEntry,
    UserEntry,
)
from libs.domain.duplicates import NO_RULES, DuplicateRule, DuplicateRules
from libs.domain.grants import Grants, Ids
from libs.domain.pointing import NO_CUSTOM_REFERENCES, CustomReferences
from libs.domain.refusals import Refusal, Unavailable
from libs.domain.roles import ADMINISTRATOR, administering, combined
from libs.domain.sharing import Principal
from libs.telemetry.logs import logger
from libs.web.authentication import Caller
from libs.web.identity_client import Identity

RELOADED_EVERY: Final = 30.0
"""Seconds after which a change counts that no event told of."""
FIRST_ASKED_EVERY: Final = 1.0
MOST_REMEMBERED: Final = 10_000

_log = logger()

E = TypeVar("E", bound=Entry)


class Directory:
    """Roles, teams, users, custom fields and duplicate rules.

    A caller's grants are worked out once and remembered until a change.
    `fields_changed` counts how often custom fields have changed.
    """

    def __init__(self, identity: Identity, *, now: Callable[[], float] = time.monotonic) -> None:
        self._identity = identity
        self._now = now
        self._roles: dict[str, RoleEntry] = {}
        self._teams: dict[str, TeamEntry] = {}
        self._users: dict[str, UserEntry] = {}
        self._called: dict[str, str] = {}
        self._custom_fields: dict[str, CustomFieldEntry] = {}
        self._fields_of: dict[str, CustomFields] = {}
        self._references_of: dict[str, dict[str, tuple[str, ...]]] = {}
        self.fields_changed = 0
        self._duplicate_rules: dict[str, DuplicateRuleEntry] = {}
        self._rules_of: dict[str, DuplicateRules] = {}
        self._grants: dict[tuple[str, tuple[str, ...], str], Grants] = {}
        self._loading = asyncio.Lock()
        self._loaded_at: float | None = None
        self._heard_meanwhile: list[Envelope] = []
        self._reloading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Load, and keep loading. An identity service that is away does not stop the start."""
        await self.reload()
        self._reloading = asyncio.create_task(self._keep_reloading(), name="reload_directory")

    async def close(self) -> None:
        if self._reloading is not None:
            await end([self._reloading])

    async def check(self) -> None:
        """Raises `Unavailable` while nothing is known, so that nobody could be told what they may do."""
        if self._loaded_at is None:
            await self.reload()
        if self._loaded_at is None:
            raise _unknown()

    async def reload(self) -> None:
        """Fetch everything anew; where identity is away, what is known holds on."""
        async with self._loading:
            self._heard_meanwhile.clear()
            try:
                document = await self._identity.directory()
            except Refusal as refusal:
                _log.warning("directory_not_reloaded", cause=refusal.detail)
                return
            self._take(document)
            for envelope in self._heard_meanwhile:
                self._apply(envelope)
            self._loaded_at = self._now()

    async def hear(self, envelope: Envelope) -> None:
        """A role, a team, a user, a custom field or a duplicate rule has changed."""
        if self._loading.locked():
            self._heard_meanwhile.append(envelope)
        self._apply(envelope)

    def grants(self, caller: Caller) -> Grants:
        """What the caller may do now; raises `Unavailable` while that is not known."""
        key = caller.user_id, caller.roles, caller.via
        known = self._grants.get(key)
        if known is None:
            if self._loaded_at is None:
                raise _unknown()
            if len(self._grants) >= MOST_REMEMBERED:
                self._grants.clear()
            known = self._grants[key] = self._granted(caller.user_id, self.roles_of(caller))
        return known

    def grants_of_user(self, user_id: str) -> Grants:
        """What a user may do now, for work done on their behalf; raises `Unavailable` while that is not known."""
        return self.grants(Caller(user_id, "", (), "", "ui"))

    def roles_of(self, caller: Caller) -> tuple[str, ...]:
        """The roles that the caller has now. A user not heard of yet has those of the token; a key never gets more."""
        user = self._users.get(caller.user_id)
        if user is None:
            return caller.roles
        if not user.active:
            return ()
        if caller.via == "api_key":
            return tuple(role for role in caller.roles if role in user.roles)
        return user.roles

    def custom_fields(self, collection: str) -> CustomFields:
        """The fields that administrators have added to the records of a collection."""
        return self._fields_of.get(collection, NO_CUSTOM_FIELDS)

    def custom_references(self, collection: str) -> CustomReferences:
        """Which custom fields hold references, also inactive ones; raises `Unavailable` while that is not known."""
        if self._loaded_at is None:
            raise _unknown()
        return self._references_of.get(collection, NO_CUSTOM_REFERENCES)

    def duplicate_rules(self, collection: str) -> DuplicateRules:
        """When records of a collection are duplicates; raises `Unavailable` while that is not known."""
        if self._loaded_at is None:
            raise _unknown()
        return self._rules_of.get(collection, NO_RULES)

    async def principal(self, id_: str) -> Principal | None:
        """Whether this is an active user or team; asks identity about one that is not known yet."""
        if self._principal(id_) is None and not self._just_loaded():
            await self.reload()
        return self._principal(id_)

    def members(self, team_id: str) -> frozenset[str]:
        """The users in a team, also those who are not active; none of a team that is unknown, or put to rest."""
        team = self._teams.get(team_id)
        return team.member_ids if team is not None and team.active else frozenset()

    def is_active(self, user_id: str) -> bool:
        return self._principal(user_id) is Principal.USER

    def user_called(self, username: str) -> str | None:
        """The active user of this name, which is in lower case."""
        user = self._users.get(self._called.get(username, ""))
        return user.id if user is not None and user.active and user.username == username else None

    def _principal(self, id_: str) -> Principal | None:
        if (user := self._users.get(id_)) is not None and user.active:
            return Principal.USER
        if (team := self._teams.get(id_)) is not None and team.active:
            return Principal.TEAM
        return None

    def _just_loaded(self) -> bool:
        return self._loaded_at is not None and self._now() - self._loaded_at < FIRST_ASKED_EVERY

    def _granted(self, user_id: str, roles: Iterable[str]) -> Grants:
        teams = [team for team in self._teams.values() if team.active and user_id in team.member_ids]
        team_ids: Ids = frozenset(team.id for team in teams)
        if ADMINISTRATOR in roles:
            return administering(user_id, team_ids)
        terms = [self._roles[role].terms for role in roles if role in self._roles]
        mates: Ids = frozenset().union(*(team.member_ids for team in teams))
        return combined(terms, user_id=user_id, team_ids=team_ids, mate_ids=mates)

    def _take(self, document: DirectoryDocument) -> None:
        self._roles = {role.id: role for role in document.roles}
        self._teams = {team.id: team for team in document.teams}
        self._users = {user.id: user for user in document.users}
        self._called = {user.username: user.id for user in document.users}
        self._grants.clear()
        self._take_fields({field.id: field for field in document.custom_fields})
        self._take_rules({rule.id: rule for rule in document.duplicate_rules})

    def _apply(self, envelope: Envelope) -> None:
        match envelope.collection:
            case "roles":
                _keep(self._roles, RoleEntry.model_validate(envelope.record))
            case "teams":
                _keep(self._teams, TeamEntry.model_validate(envelope.record))
            case "users":
                _keep(self._users, UserEntry.model_validate(envelope.record))
                user = self._users[envelope.record_id]
                self._called[user.username] = user.id
            case "custom_fields":
                entries = dict(self._custom_fields)
                _keep(entries, CustomFieldEntry.model_validate(envelope.record))
                self._take_fields(entries)
            case "duplicate_rules":
                rules = dict(self._duplicate_rules)
                _keep(rules, DuplicateRuleEntry.model_validate(envelope.record))
                self._take_rules(rules)
        self._grants.clear()

    def _take_fields(self, entries: dict[str, CustomFieldEntry]) -> None:
        if entries == self._custom_fields:
            return
        self._custom_fields = entries
        self.fields_changed += 1
        terms: dict[str, list[FieldTerms]] = {}
        self._references_of = {}
        for entry in entries.values():
            if entry.active and entry.terms is not None:
                terms.setdefault(entry.of, []).append(entry.terms)
            if entry.type == FieldType.REFERENCE:
                self._references_of.setdefault(entry.of, {})[entry.name] = entry.refers_to
        self._fields_of = {name: CustomFields.of(each, collection=name) for name, each in terms.items()}

    def _take_rules(self, entries: dict[str, DuplicateRuleEntry]) -> None:
        if entries == self._duplicate_rules:
            return
        self._duplicate_rules = entries
        terms: dict[str, list[DuplicateRule]] = {}
        for _, entry in sorted(entries.items()):
            if entry.active and entry.terms is not None:
                terms.setdefault(entry.of, []).append(entry.terms)
        self._rules_of = {name: DuplicateRules(tuple(each)) for name, each in terms.items()}

    async def _keep_reloading(self) -> None:
        while True:
            await asyncio.sleep(FIRST_ASKED_EVERY if self._loaded_at is None else RELOADED_EVERY)
            await self.reload()


def _keep(entries: dict[str, E], entry: E) -> None:
    known = entries.get(entry.id)
    if known is None or known.version < entry.version:
        entries[entry.id] = entry


def _unknown() -> Unavailable:
    return Unavailable("What callers may do is not known right now.")
