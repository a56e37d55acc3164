"""The guides as text, and what stands in their fences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two fences; `language` is the word behind the first."""

    language: str
    text: str


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[Block]:
    return [Block(language, text) for language, text in re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", page(name))]


def rows(name: str, heading: str) -> Iterator[list[str]]:
    """The cells of the tables under a heading, without the head of each table."""
    section = page(name).split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    for table in re.findall(r"(?m)(?:^\|.*\n)+", section):
        for line in table.splitlines()[2:]:
            yield [cell.strip() for cell in line.strip("|").split(" |")]


def code_in(cell: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]*)`", cell)
