"""What is committed speaks of the project alone: it names no package index and nobody's folders."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.architecture.modules import ROOT

# Written in pieces, so that this file does not find itself.
INDEXES = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry" + ".npmjs",
    "registry" + ".yarnpkg",
    "npmmirror" + ".com",
    "proxy.golang" + ".org",
    "--index" + "-url",
    "--extra" + "-index",
    "--find" + "-links",
)
FOLDERS = (
    r"/home" + r"/\w",
    r"/Users" + r"/\w",
    r"/root" + r"/[.\w]",
    r"/opt/(pypi|wheels)" + r"\b",
    r"(?<![\w.)}])/work" + r"/\w",
    r"\.py" + r"env\b",
)
NEEDLES = re.compile("|".join([*map(re.escape, INDEXES), *FOLDERS]))

BREACHES = [
    "https://" + "pypi" + ".org/simple",
    '"resolved": "https://' + "registry" + '.npmjs.org/react/-/react-19.0.0.tgz"',
    "pip install --find" + "-links wheels",
    "cd /work" + "/main",
    "python = /root" + "/bin/python",
    "# via /home" + "/someone/tandem/pyproject.toml",
]
ALLOWED = [
    "libs/store/work.py",
    "WORKDIR /app",
    "https://keepachangelog.com/en/1.1.0/",
    "docs" + "/work" + "/main",
    "uv pip compile --no-emit-index" + "-url",
]


@pytest.fixture(scope="module")
def tracked_files() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git work tree: nothing is tracked")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listing.stdout.split("\0") if (ROOT / name).is_file()]


def test_no_tracked_file_names_an_index_or_a_folder(tracked_files: list[str]) -> None:
    found = [
        f"{name}:{number}: {match.group()}"
        for name in tracked_files
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if (match := NEEDLES.search(line))
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("line", BREACHES)
def test_a_host_or_a_folder_is_found(line: str) -> None:
    assert NEEDLES.search(line)


@pytest.mark.parametrize("line", ALLOWED)
def test_a_plain_line_is_left_alone(line: str) -> None:
    assert NEEDLES.search(line) is None
