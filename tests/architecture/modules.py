"""The tree as data: modules and what they import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name in full: `from libs.store import work` is `libs.store.work`."""

    target: str
    line: int

    @property
    def distribution(self) -> str:
        return self.target.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed source file; `name` is dotted, as it is imported."""

    name: str
    text: str
    tree: ast.Module

    @classmethod
    def parse(cls, name: str, text: str) -> Module:
        return cls(name=name, text=text, tree=ast.parse(text, filename=name))

    @classmethod
    def load(cls, path: Path) -> Module:
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        return cls.parse(name, path.read_text(encoding="utf-8"))

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def within(self, *packages: str) -> bool:
        return any(inside(self.name, package) for package in packages)

    def imports(self) -> Iterator[Import]:
        """Every import, also those inside functions and behind TYPE_CHECKING. Ruff refuses relative ones."""
        for node in ast.walk(self.tree):
            match node:
                case ast.Import(names=names):
                    yield from (Import(name.name, node.lineno) for name in names)
                case ast.ImportFrom(module=str(module), names=names):
                    yield from (Import(f"{module}.{name.name}", node.lineno) for name in names)


def inside(name: str, package: str) -> bool:
    """Whether a dotted name is a package or something in it."""
    return name == package or name.startswith(f"{package}.")


@cache
def tree() -> tuple[Module, ...]:
    """Every module of ours that is there, tests included."""
    folders = (ROOT / folder for folder in ("libs", "services", "deploy", "tests"))
    paths = (path for folder in folders for path in folder.rglob("*.py") if "node_modules" not in path.parts)
    return tuple(Module.load(path) for path in sorted(paths))
