"""Who may import whom. Each rule names every breach in a sentence of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.architecture.modules import Module, inside

# Lower first. A library imports those before it; telemetry imports none of ours and serves all from store up.
LAYERS = ("contracts", "domain", "mail", "store", "tables", "bus", "jobs", "privacy", "web", "cli")
ABOVE_TELEMETRY = ("store", "bus", "jobs", "privacy", "web", "cli")
STARTS_THE_SUITE = "cli"  # `tandem run` is deploy/local with a face

# Drivers, and the one library that hides each.
DRIVERS = {
    "motor": "libs.store",
    "pymongo": "libs.store",
    "bson": "libs.store",
    "gridfs": "libs.store",
    "aio_pika": "libs.bus",
    "aiormq": "libs.bus",
    "pamqp": "libs.bus",
}
# Setting up the servers of one machine comes before any store can be opened.
SETS_UP_SERVERS = "deploy.local"

# The files of a slice, and those of the same service each must not reach up to.
OUT_OF_REACH = {
    "model": ("store", "commands", "routes", "consumers", "app"),
    "store": ("commands", "routes", "consumers", "app"),
    "commands": ("routes", "consumers", "app"),
    "routes": ("consumers", "app"),
    "consumers": ("routes", "app"),
}
# What a slice's file must not know of: commands run the same for a route, a consumer, an import and a job.
UNKNOWN_TO = {
    "store": ("libs.bus", "libs.jobs", "libs.web", "libs.cli", "aiohttp"),
    "commands": ("libs.bus", "libs.web", "libs.cli", "aiohttp"),
}

PURE_STDLIB = sys.stdlib_module_names - {
    "asyncio", "http", "io", "logging", "os", "pathlib", "random", "secrets", "shutil", "smtplib",
    "socket", "ssl", "subprocess", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
# Validated text needs its grammar, and names alike their measure; none of these does any I/O as it is used.
GRAMMARS = frozenset({"babel", "dateutil", "email_validator", "jellyfish", "jsonschema", "phonenumbers", "rapidfuzz"})
PYDANTIC = frozenset({"pydantic", "pydantic_core"})


def libraries_import_lower_ones_only(module: Module) -> Iterator[str]:
    if not module.within("libs") or module.name == "libs":
        return
    library = module.name.split(".")[1]
    if library not in {*LAYERS, "telemetry"}:
        yield f"{module.name}: the library {library} has no place in LAYERS yet"
        return
    lower = set(LAYERS[: LAYERS.index(library)]) if library in LAYERS else set()
    allowed = lower | {library} | ({"telemetry"} if library in ABOVE_TELEMETRY else set())
    for found in module.imports():
        if inside(found.target, "libs") and found.target.split(".")[1] not in allowed:
            yield f"{module.name}:{found.line}: {library} must not import {found.target}"
        starts_it = library == STARTS_THE_SUITE and inside(found.target, "deploy")
        if inside(found.target, "services") or (inside(found.target, "deploy") and not starts_it):
            yield f"{module.name}:{found.line}: a library must not import {found.target}"


def services_import_only_libraries(module: Module) -> Iterator[str]:
    if not module.within("services") or module.name == "services":
        return
    service = ".".join(module.name.split(".")[:2])
    for found in module.imports():
        if inside(found.target, "services") and not inside(found.target, service):
            yield f"{module.name}:{found.line}: {service} must not know {found.target}; listen to its events"
        elif inside(found.target, "deploy"):
            yield f"{module.name}:{found.line}: a service must not know how it is deployed"


def nothing_imports_tests(module: Module) -> Iterator[str]:
    if module.within("libs", "services", "deploy"):
        for found in module.imports():
            if inside(found.target, "tests"):
                yield f"{module.name}:{found.line}: {found.target} is for tests"


def slices_import_one_way(module: Module) -> Iterator[str]:
    own = role(module.name)
    if own not in OUT_OF_REACH:
        return
    service = ".".join(module.name.split(".")[:2])
    for found in module.imports():
        if inside(found.target, service) and role(found.target) in OUT_OF_REACH[own]:
            yield f"{module.name}:{found.line}: {own} must not import {found.target}"
        if any(inside(found.target, unknown) for unknown in UNKNOWN_TO.get(own, ())):
            yield f"{module.name}:{found.line}: {own} must not know {found.target}"


def models_are_pure(module: Module) -> Iterator[str]:
    if role(module.name) != "model":
        return
    service = ".".join(module.name.split(".")[:2])
    for found in module.imports():
        own_model = inside(found.target, service) and role(found.target) == "model"
        ours = inside(found.target, "libs.contracts") or inside(found.target, "libs.domain")
        if not (own_model or ours or found.distribution in PURE_STDLIB | PYDANTIC):
            yield f"{module.name}:{found.line}: a model must not import {found.target}"


def contracts_and_domain_are_pure(module: Module) -> Iterator[str]:
    """Contracts depend on pydantic alone; the domain also on the grammars of people's data and calendars."""
    if module.within("libs.contracts"):
        allowed = PURE_STDLIB | PYDANTIC | {"libs"}
    elif module.within("libs.domain"):
        allowed = PURE_STDLIB | PYDANTIC | {"libs"} | GRAMMARS
    else:
        return
    for found in module.imports():
        if found.distribution not in allowed:
            yield f"{module.name}:{found.line}: {found.target} does not belong into pure code"


def drivers_stay_in_their_library(module: Module) -> Iterator[str]:
    if not module.within("libs", "services", "deploy"):
        return
    for found in module.imports():
        home = DRIVERS.get(found.distribution)
        if home is None or module.within(home):
            continue
        if module.within(SETS_UP_SERVERS) and found.distribution != "motor":
            continue
        yield f"{module.name}:{found.line}: {found.distribution} is imported in {home} only"


def role(name: str) -> str | None:
    """Which file of a slice a dotted name means: services.sales.leads.model.Lead is a model."""
    match name.split("."):
        case ["services", _, _, file, *_] if file in OUT_OF_REACH:
            return file
        case ["services", _, file, *_]:
            return file
    return None


RULES = (
    libraries_import_lower_ones_only,
    services_import_only_libraries,
    nothing_imports_tests,
    slices_import_one_way,
    models_are_pure,
    contracts_and_domain_are_pure,
    drivers_stay_in_their_library,
)
