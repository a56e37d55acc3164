"""Taking a person out of what is kept: texts, JSON, documents. Who they are is known by keyed hashes alone."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

import orjson

from libs.contracts.privacy import Person
from libs.domain.people import fold, phone_key
from libs.store.documents import to_json

ERASED: Final = "…"
"""Stands for what was there. It is no longer than what it stands for, so that every text still fits its field."""

_TOKEN: Final = re.compile(
    r"(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<email>[\w.+%-][\w.+%'-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    r"|(?P<phone>(?<!\w)(?:\+|\(?\d)[\d ()./x-]{3,38}\d(?!\w))"
    r"|(?P<word>[^\W_]{2,})"
)
"""What somebody may be recognised by, each as a whole: a name may stand in an id or in the address of another."""

_KEY_OF: Final[Mapping[str, Callable[[str], str]]] = {"email": str.lower, "phone": phone_key, "word": fold}
_RECOGNISED_BY: Final = {"email": "email", "phone": "own"}
"""A number may be that of a whole company, unless the request has named it; a name is that of others too."""
_SEVERAL: Final = re.compile(rf"{re.escape(ERASED)}(?:[ ,]+{re.escape(ERASED)})+")
_CODE: Final = re.compile(r"[a-z][a-z0-9_.]*")
"""States and types are no texts, though somebody may be called Won."""
_APART: Final = re.compile(r"[/|#]")
_PARTICULARS: Final = ("name", "first_name", "last_name", "email", "phone", "company_name")
_ADDRESSES: Final = ("email", "phone")
_OF_EVENTS: Final = ("record", "changed", "activity")


@dataclass(frozen=True, slots=True)
class Erased:
    """A person who is erased: their records, what is personal in those, and hashes of what they are recognised by."""

    salt: bytes
    records: frozenset[str]
    personal: Mapping[str, tuple[str, ...]]
    hashes: frozenset[str]
    _collections: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._collections.update((each.partition("/")[2], each.partition("/")[0]) for each in self.records)

    @classmethod
    def of(cls, person: Person, salt: bytes) -> "Erased":
        marks = [
            *(f"email:{email.lower()}" for email in person.emails),
            *(f"phone:{phone_key(phone)}" for phone in (*person.phones, *person.phone_keys)),
            *(f"own:{key}" for key in person.phone_keys),
            *(f"word:{word}" for name in person.names for word in fold(name).split() if len(word) > 1),
        ]
        hashes = frozenset(_hash(salt, mark) for mark in marks)
        personal = {each.collection: each.fields for each in person.personal}
        return cls(salt, frozenset(person.records), personal, hashes)

    @classmethod
    def from_tombstone(cls, document: Mapping[str, Any]) -> "Erased":
        personal = {each["collection"]: tuple(each["fields"]) for each in document["personal"]}
        salt, hashes = bytes.fromhex(document["salt"]), frozenset(document["hashes"])
        return cls(salt, frozenset(document["records"]), personal, hashes)

    def tombstone(self) -> dict[str, Any]:
        personal = [{"collection": name, "fields": list(fields)} for name, fields in self.personal.items()]
        known = {"records": sorted(self.records), "hashes": sorted(self.hashes)}
        return {"salt": self.salt.hex(), "personal": personal, **known}

    def concerns(self, value: Any) -> bool:
        """Whether one of their records or addresses stands anywhere in it, or a number that is theirs alone."""
        return any(self._names_record(text) or self.recognises(text) for text in _texts(value))

    def recognises(self, text: str) -> bool:
        """Whether one of their addresses stands in the text, or a number that is theirs alone."""
        if _CODE.fullmatch(text):
            return False
        return any(self._is(token, _RECOGNISED_BY.get(str(token.lastgroup), "")) for token in _TOKEN.finditer(text))

    def _names_record(self, text: str) -> bool:
        return text in self._collections or any(part in self._collections for part in _APART.split(text))

    def _is(self, token: re.Match[str], mark: str) -> bool:
        key_of = _KEY_OF.get(str(token.lastgroup)) if mark else None
        return key_of is not None and _hash(self.salt, f"{mark}:{key_of(token[0])}") in self.hashes

    def _without(self, token: re.Match[str]) -> str:
        return ERASED if self._is(token, str(token.lastgroup)) else token[0]

    def text(self, text: str) -> str:
        """The text without them; what is a code or an id stays."""
        if _CODE.fullmatch(text):
            return text
        return _SEVERAL.sub(ERASED, _TOKEN.sub(self._without, text))

    def value(self, value: Any) -> Any:
        """The value without them, at every depth, and within JSON that is kept as bytes."""
        match value:
            case str():
                return self.text(value)
            case bytes():
                return self._json(value)
            case Mapping():
                return self._mapping(value)
            case list() | tuple():
                return self._list(list(value))
        return value

    def _json(self, body: bytes) -> bytes:
        try:
            value = orjson.loads(body)
        except ValueError:
            return body
        without = self.value(value)
        return body if without == value else to_json(without)

    def _list(self, values: list[Any]) -> list[Any]:
        """A list of texts that has their address or number, such as a row of a file, is emptied as a whole."""
        if values and all(isinstance(each, str) for each in values) and any(map(self.recognises, values)):
            return [""] * len(values)
        return [self.value(each) for each in values if not self._is_party(each)]

    def _is_party(self, value: Any) -> bool:
        """Whether this is them in a role, by nothing but their own particulars; a record stays, without these."""
        match value:
            case {"id": str()}:
                return False
            case {"role": str()}:
                return any(self.text(value[name]) != value[name] for name in _ADDRESSES if value.get(name))
        return False

    def _mapping(self, mapping: Mapping[str, Any]) -> dict[str, Any]:
        without = {name: self.value(each) for name, each in mapping.items()}
        match mapping:
            case {"collection": str(collection), "id": str(id_)} if f"{collection}/{id_}" in self.records:
                return without | {name: None for name in _PARTICULARS if name in without}
            case {"id": str(id_), "version": int()} if id_ in self._collections:
                return self._emptied(without, self._collections[id_])
            case {"role": str()}:
                return without | {name: None for name in _ADDRESSES if without.get(name) != mapping.get(name)}
            case {"subject": str(subject)} | {"subject": {"collection": str(), "id": str()} as subject}:
                return self._of_event(without, subject)
        return without

    def _of_event(self, event: dict[str, Any], subject: str | Mapping[str, str]) -> dict[str, Any]:
        """An event about one of their records, or what is kept of it."""
        named = subject if isinstance(subject, str) else f"{subject['collection']}/{subject['id']}"
        if named not in self.records:
            return event
        collection = named.partition("/")[0]
        parts = {
            name: self._emptied(event[name], collection) for name in _OF_EVENTS if isinstance(event.get(name), dict)
        }
        data = event.get("data")
        return event | parts | ({"data": self._of_event(data, named)} if isinstance(data, dict) else {})

    def _emptied(self, fields: dict[str, Any], collection: str) -> dict[str, Any]:
        personal = self.personal.get(collection, ())
        return fields | {name: emptied(fields[name]) for name in personal if name in fields}


def emptied(value: Any) -> Any:
    """What stands where something personal stood; of a change both sides are."""
    match value:
        case {"before": before, "after": after}:
            return {"before": emptied(before), "after": emptied(after)}
        case list():
            return []
    return None


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case bytes():
            try:
                yield from _texts(orjson.loads(value))
            except ValueError:
                return
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list() | tuple():
            for each in value:
                yield from _texts(each)


def _hash(salt: bytes, mark: str) -> str:
    return blake2b(mark.encode(), key=salt, digest_size=16).hexdigest()
