"""What a unit of work has done to one record, and what is announced of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from libs.domain.duplicates import DuplicateRules
from libs.domain.record import Record, specs_of
from libs.domain.sharing import Principal
from libs.store.documents import public, to_json
from libs.store.mongo import Document


class Happening(Protocol):
    """What a command announces: an `Event` of libs/contracts, or a plain verb of the record's own aggregate."""

    @property
    def type(self) -> str: ...

    def payload(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Announcement:
    """A plain event without fields of its own: `<aggregate>.<verb>`."""

    type: str

    def payload(self) -> Mapping[str, Any]:
        return {}


@dataclass(slots=True)
class Change:
    """One record's way through a command. `before` is the loaded document, None for a new record.

    Where it `erases`, nobody is told what there was before. One that is `merged` into another is `removed` as well.

    `claims` are those that it takes (libs/store/claiming.py). `taken` are the keys that others have already, None while
    nobody has looked.
    """

    record_type: type[Record]
    before: Document | None
    after: Document
    happenings: list[Happening] = field(default_factory=list)
    removed: bool = False
    erases: bool = False
    claims: list[str] = field(default_factory=list)
    taken: frozenset[str] | None = None
    merged: bool = False
    _json: bytes | None = None
    _keys: tuple[str, ...] | None = None

    @property
    def collection(self) -> str:
        return self.record_type.collection

    @property
    def record_id(self) -> str:
        return str(self.after["_id"])

    @property
    def creating(self) -> bool:
        return self.before is None

    def becomes(self, after: Document, *, removed: bool, merged: bool = False) -> None:
        self.after, self.removed, self.merged = after, removed, merged
        self._json, self._keys = None, None

    def json(self) -> bytes:
        """The public state after the change; written once, for the answer and for every event."""
        if self._json is None:
            self._json = to_json(public(self.record_type, self.after))
        return self._json

    def access(self) -> dict[str, Any]:
        """Who may see the record, beside those whose roles reach it; `teams` are those it is shared with."""
        shares = self.after.get("shares", [])
        teams = [share["principal_id"] for share in shares if share["kind"] == Principal.TEAM]
        return {"owner": self.after.get("owner_id"), "teams": teams, "shares": shares, "parent": self._parent()}

    def _parent(self) -> dict[str, str] | None:
        name = self.record_type.parent
        match self.after.get(name) if name else None:
            case {"collection": collection, "id": id_}:
                return {"collection": collection, "id": id_}
            case str(id_) if lookup := specs_of(self.record_type)[str(name)].lookup:
                return {"collection": lookup.collections[0], "id": id_}
            case _:
                return None

    def keys(self, rules: DuplicateRules) -> tuple[str, ...]:
        """What the record is found by as a duplicate, by the rules of now; worked out once."""
        if self._keys is None:
            self._keys = rules.keys(self.after)
        return self._keys

    def new_keys(self, rules: DuplicateRules) -> tuple[str, ...]:
        """Those that the record did not have before."""
        keys = self.keys(rules)
        if self.before is None:
            return keys
        if all(self.before.get(name) == self.after.get(name) for name in rules.fields):
            return ()
        known = set(rules.keys(self.before))
        return tuple(key for key in keys if key not in known)
