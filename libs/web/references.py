"""References are checked at the edge, before any command: what a record points to must exist.

Records of the service itself are looked up; others' in the copy kept from events. One that is missing there is asked
for once, of its owner, with the caller's own token, and the copy is seeded.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from libs.bus.definitions import Projection, projection
from libs.contracts.values import Reference, Value, title_of
from libs.domain.custom_fields import NO_CUSTOM_FIELDS, CustomFields, CustomValues
from libs.domain.fields import Lookup
from libs.domain.grants import Grants, Operation, reaches
from libs.domain.people import Somebody
from libs.domain.pointing import Leading, Leads, points
from libs.domain.record import FieldSpec, Record, specs_of
from libs.domain.refusals import FieldError, InvalidFields, Unavailable
from libs.store.aliases import led_on
from libs.store.copies import forget_copies, keep_copies, known, seed_copies
from libs.store.store import Store
from libs.web.requests import grants_of

_PATIENCE: Final = ClientTimeout(total=5.0)
_AT_ONCE: Final = 4
_IDS_AT_ONCE: Final = 100
_NOT_THERE: Final = frozenset({403, 404, 422})
"""No such collection, or not for this caller, or no such id could exist."""
_KNOWN_TO_ALL: Final = frozenset({"users", "teams"})
"""Everybody may name a colleague."""


def reference_copies(*types: str) -> Projection:
    """By which a service has its copies of others' records: those whose events are of these types."""
    return projection("reference_copies", *types, forget=forget_copies)(keep_copies)


@dataclass(frozen=True, slots=True)
class Pointer:
    """One reference in an input: where it stands and what it points to."""

    pointer: str
    collection: str
    id: str
    allowed: tuple[str, ...]

    @property
    def subject(self) -> str:
        return f"{self.collection}/{self.id}"


def pointers_in(
    record_type: type[Record | CustomValues],
    values: Mapping[str, Any],
    custom: CustomFields = NO_CUSTOM_FIELDS,
    *,
    under: str = "",
) -> list[Pointer]:
    """Every reference in these field values, validated or still JSON; what is malformed is left to validation."""
    given = values.get("custom")
    within = (
        pointers_in(custom.model, given, under=f"{under}/custom") if custom.names and isinstance(given, dict) else []
    )
    found: list[Pointer] = [*within]
    for spec in _pointing(record_type):
        value, at = values.get(spec.name), f"{under}/{spec.name}"
        if value is None:
            continue
        if spec.many and (parts := _lookups_in(spec.type)):
            found += _in_parts(parts, value, at)
        if not _points(spec):
            continue
        allowed = spec.lookup.collections if spec.lookup else ()
        for pointer, entry in _entries(value, at) if spec.many else [(at, value)]:
            if (target := _target(entry, allowed)) is not None:
                found.append(Pointer(pointer, *target, allowed))
    return found


def _entries(values: object, at: str) -> Iterator[tuple[str, object]]:
    for number, entry in enumerate(values if isinstance(values, list | tuple) else ()):
        yield f"{at}/{number}", entry


@lru_cache(maxsize=256)
def _pointing(record_type: type[Record | CustomValues]) -> Sequence[FieldSpec]:
    """The fields that point elsewhere, or that have parts which do."""
    return [spec for spec in specs_of(record_type).values() if _points(spec) or (spec.many and _lookups_in(spec.type))]


def _points(spec: FieldSpec) -> bool:
    return spec.lookup is not None or points(spec.type)


@cache
def _lookups_in(part: Any) -> Mapping[str, Lookup]:
    """Which fields of a part of a record point elsewhere."""
    if not (isinstance(part, type) and issubclass(part, Value)):
        return {}
    marked = ((name, marker) for name, field in part.model_fields.items() for marker in field.metadata)
    return {name: marker for name, marker in marked if isinstance(marker, Lookup)}


def _in_parts(parts: Mapping[str, Lookup], values: object, at: str) -> Iterator[Pointer]:
    for pointer, part in _entries(values, at):
        members = part if isinstance(part, dict) else part.__dict__ if isinstance(part, Value) else {}
        for name, lookup in parts.items():
            if (target := _target(members.get(name), lookup.collections)) is not None:
                yield Pointer(f"{pointer}/{name}", *target, lookup.collections)


def _target(entry: object, allowed: tuple[str, ...]) -> tuple[str, str] | None:
    match entry:
        case Reference(collection=str(collection), id=str(id_)) | Somebody(collection=str(collection), id=str(id_)):
            return collection, id_
        case {"collection": str(collection), "id": str(id_)}:
            return collection, id_
        case str() if allowed:
            return allowed[0], entry
    return None


class References:
    """Resolves references for one service; `gateway` is the URL that knows every collection's owner."""

    def __init__(self, store: Store, session: ClientSession, gateway: str) -> None:
        self._store = store
        self._session = session
        self._gateway = gateway
        self._asking = asyncio.Semaphore(_AT_ONCE)

    async def names(self, pointers: Sequence[Pointer], request: web.Request) -> Leads:
        """Where the references lead and what that is called, by `<collection>/<id>` as it was given.

        The id of a record that was merged leads to the survivor.

        Raises `InvalidFields` naming each reference that leads nowhere, or to what the caller may not see, and
        `Unavailable` where an owner does not answer.
        """
        errors, names = await self.split(pointers, request)
        if errors:
            raise InvalidFields("a reference leads nowhere", errors=list(errors.values()))
        return names

    async def split(self, pointers: Sequence[Pointer], request: web.Request) -> tuple[dict[str, FieldError], Leads]:
        """The same for many rows at once: the errors by pointer, and what was found."""
        return await self.resolve(pointers, grants_of(request), request.headers.get("Authorization", ""))

    async def resolve(
        self, pointers: Sequence[Pointer], grants: Grants, authorization: str | None
    ) -> tuple[dict[str, FieldError], Leads]:
        """The same for whoever has these grants; without `authorization` nobody else is asked."""
        errors = {
            each.pointer: _wrong_kind(each) for each in pointers if each.allowed and each.collection not in each.allowed
        }
        wanted = {each.subject for each in pointers if each.pointer not in errors}
        led, found = await asyncio.gather(led_on(self._store, wanted), known(self._store, wanted))
        found |= await known(self._store, set(led.values())) if led else {}
        there = {
            subject: row["name"]
            for subject, row in found.items()
            if not row["deleted"] and _seen(grants, subject.partition("/")[0], row)
        }
        if (missing := wanted - found.keys()) and authorization is not None:
            there |= await self._ask_owners(missing, authorization)
        leads = {
            subject: Leading(target, there[target])
            for subject in wanted
            if (target := led.get(subject, subject)) in there
        }
        for each in pointers:
            if each.pointer not in errors and each.subject not in leads:
                errors[each.pointer] = FieldError(each.pointer, "unknown_reference", f"no record {each.subject}")
        return errors, leads

    async def _ask_owners(self, subjects: Iterable[str], authorization: str) -> dict[str, str]:
        """The names of what exists and the caller may see; many of one collection are asked for together."""
        wanted: dict[str, list[str]] = {}
        for subject in sorted(subjects):
            collection, _, record_id = subject.partition("/")
            wanted.setdefault(collection, []).append(record_id)
        answers = await asyncio.gather(
            *(
                self._ask(collection, ids[start : start + _IDS_AT_ONCE], authorization)
                for collection, ids in wanted.items()
                for start in range(0, len(ids), _IDS_AT_ONCE)
            )
        )
        return {subject: name for answer in answers for subject, name in answer.items()}

    async def _ask(self, collection: str, ids: Sequence[str], authorization: str) -> dict[str, str]:
        url = f"{self._gateway}/api/v1/{quote(collection, safe='')}"
        quoted = ",".join(f"'{id_.replace(chr(39), chr(39) * 2)}'" for id_ in ids)
        query = {"$filter": f"id in ({quoted})", "$top": str(len(ids))}
        headers = {"Authorization": authorization}
        try:
            async with (
                self._asking,
                self._session.get(url, params=query, headers=headers, timeout=_PATIENCE) as response,
            ):
                if response.status in _NOT_THERE:
                    return {}
                if response.status != 200:
                    raise Unavailable(f"{collection} could not be checked")
                records = (await response.json())["value"]
        except (ClientError, TimeoutError) as error:
            raise Unavailable(f"{collection} could not be checked") from error
        await seed_copies(self._store, collection, records)
        return {f"{collection}/{record['id']}": title_of(record) for record in records}


def _seen(grants: Grants, collection: str, row: Mapping[str, Any]) -> bool:
    return collection in _KNOWN_TO_ALL or reaches(grants, collection, Operation.READ, row)


def _wrong_kind(each: Pointer) -> FieldError:
    return FieldError(each.pointer, "wrong_collection", f"must be of {' or '.join(each.allowed)}")


def named(record_type: type[Record], values: dict[str, Any], leads: Leads) -> dict[str, Any]:
    """The values with each reference pointing to where it leads, and carrying the name of that."""
    changed = dict(values)
    for name, spec in specs_of(record_type).items():
        value, allowed = changed.get(name), spec.lookup.collections if spec.lookup else ()
        if value is None or not _points(spec):
            continue
        if spec.many:
            changed[name] = tuple(dict.fromkeys(_led(each, allowed, leads) for each in value))
        else:
            changed[name] = _led(value, allowed, leads)
    if custom := changed.get("custom"):
        changed["custom"] = {name: _led(value, (), leads) for name, value in custom.items()}
    return changed


def _led(value: Any, allowed: tuple[str, ...], leads: Leads) -> Any:
    target = _target(value, allowed)
    leading = leads.get("/".join(target)) if target else None
    if leading is None:
        return value
    match value:
        case str():
            return leading.id
        case dict():
            return {**value, "id": leading.id, "name": leading.name}
    return value.model_copy(update={"id": leading.id, "name": leading.name})


REFERENCES: Final = web.AppKey("references", References)
