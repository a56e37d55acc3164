"""The official AsyncAPI parser: npm's package, locked beside this file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.node import Program


@dataclass(frozen=True, slots=True)
class Parser:
    program: Program

    @classmethod
    def installed(cls) -> "Parser":
        return cls(Program.installed(Path(__file__).parent, "parse.js"))

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of AsyncAPI 3.0 documents."""
        file = self.program.folder / "node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"
        schema: dict[str, Any] = json.loads(file.read_text())
        return schema

    def parse(self, file: Path) -> dict[str, Any]:
        """`channels`, how many there are, and `found`: what is wrong or could be better."""
        parsed: dict[str, Any] = self.program.run(file.resolve())
        return parsed
