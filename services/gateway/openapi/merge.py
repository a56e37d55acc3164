"""Many OpenAPI 3.1 documents as one: pure, nothing lost, no two meanings under one name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

Json = Mapping[str, object]
Renaming = dict[tuple[str, str], str]  # (component kind, name) → new name

PATHS_PREFIX = "/api/"
METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def merge(info: Json, documents: Mapping[str, Json], missing: Sequence[str]) -> dict[str, object]:
    """The documents of the services, by service name, as one; `missing` names those that could not be asked.

    Components that are equal everywhere stay under their name; where two services mean different things by
    one name, the later service's is called `<service>.<name>`. A path that several services answer (`/jobs`)
    is described once and lists them in `x-services`.
    """
    paths: dict[str, dict[str, object]] = {}
    components: dict[str, dict[str, object]] = {}
    tags: dict[str, object] = {}
    operations: set[str] = set()
    for service, document in documents.items():
        theirs = cast(Mapping[str, Json], document.get("components", {}))
        renaming = _clashes(service, components, theirs)
        for kind, name, component in _each(theirs):
            new_name = renaming.get((kind, name), name)
            components.setdefault(kind, {})[new_name] = _renamed(component, renaming)
        for path, item in cast(Mapping[str, Json], document.get("paths", {})).items():
            if path.startswith(PATHS_PREFIX):
                described = paths.setdefault(path, cast(dict[str, object], _renamed(item, renaming)))
                cast(list[str], described.setdefault("x-services", [])).append(service)
                _name_operations(service, described, operations)
        for tag in cast(Sequence[Json], document.get("tags", ())):
            tags.setdefault(str(tag.get("name")), tag)
    about = dict(info)
    if missing:
        about["x-missing"] = list(missing)
    return {
        "openapi": "3.1.0",
        "info": about,
        "servers": [{"url": "/"}],
        "security": [{name: []} for name in components.get("securitySchemes", {})],
        "tags": list(tags.values()),
        "paths": dict(sorted(paths.items())),
        "components": components,
    }


def _clashes(service: str, known: Mapping[str, Json], theirs: Mapping[str, Json]) -> Renaming:
    """New names for what differs, and for what refers to it, until nothing more changes."""
    renaming: Renaming = {}
    while True:
        found = {
            (kind, name): f"{service}.{name}"
            for kind, name, component in _each(theirs)
            if (kind, name) not in renaming
            and name in known.get(kind, {})
            and known[kind][name] != _renamed(component, renaming)
        }
        if not found:
            return renaming
        renaming |= found


def _each(components: Mapping[str, Json]) -> Iterator[tuple[str, str, object]]:
    for kind, named in components.items():
        for name, component in named.items():
            yield kind, name, component


def _renamed(value: object, renaming: Renaming) -> object:
    """A copy of the value whose references point to the new names."""
    match value:
        case Mapping():
            return {key: _renamed_member(str(key), member, renaming) for key, member in value.items()}
        case list() | tuple():
            return [_renamed(each, renaming) for each in value]
        case _:
            return value


def _renamed_member(key: str, member: object, renaming: Renaming) -> object:
    if key == "$ref" and isinstance(member, str):
        return _reference(member, renaming)
    if key == "discriminator" and isinstance(member, Mapping) and isinstance(member.get("mapping"), Mapping):
        targets = {name: _reference(target, renaming) for name, target in member["mapping"].items()}
        return {**member, "mapping": targets}
    if key == "security" and isinstance(member, list):
        return [_scheme_names(each, renaming) for each in member]
    return _renamed(member, renaming)


def _reference(target: str, renaming: Renaming) -> str:
    parts = target.split("/")
    if len(parts) < 4 or parts[:2] != ["#", "components"]:
        return target
    parts[3] = renaming.get((parts[2], parts[3]), parts[3])
    return "/".join(parts)


def _scheme_names(requirement: Json, renaming: Renaming) -> dict[str, object]:
    return {renaming.get(("securitySchemes", name), name): scopes for name, scopes in requirement.items()}


def _name_operations(service: str, item: dict[str, object], taken: set[str]) -> None:
    """Operation ids are unique in a document, so a second one is told apart by its service."""
    for method in METHODS & item.keys():
        operation = cast(dict[str, object], item[method])
        operation_id = operation.get("operationId")
        if not isinstance(operation_id, str):
            continue
        if operation_id in taken and len(cast(list[str], item["x-services"])) == 1:
            operation["operationId"] = f"{service}.{operation_id}"
        taken.add(str(operation["operationId"]))
