"""The page that says what lies in an archive, for people."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final

from services.journal.privacy_requests.model import PrivacyRequest

INDEX: Final = "index.html"
_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>A person's data</title>
<h1>A person's data</h1>
<p>As of {at}. Each file holds a list in JSON, or files. Request {id}.</p>
<table><tr><th>Kept by</th><th>What</th><th>How many</th><th>File</th></tr>
{rows}</table></html>
"""
_ROW: Final = '<tr><td>{service}</td><td>{what}</td><td>{count}</td><td><a href="{path}">{path}</a></td></tr>\n'


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the archive, and the part of which it is made."""

    service: str
    collection: str
    count: int
    part: str
    files: bool = False

    @property
    def path(self) -> str:
        return f"{self.service}/{self.collection}.{'zip' if self.files else 'json'}"


def index_of(request: PrivacyRequest, entries: Iterable[Entry]) -> str:
    rows = "".join(
        _ROW.format(
            service=escape(entry.service),
            what=escape(entry.collection.replace("_", " ")),
            count=entry.count,
            path=escape(entry.path),
        )
        for entry in entries
    )
    return _PAGE.format(at=f"{request.ended_at:%Y-%m-%d %H:%M} UTC", id=escape(request.id), rows=rows)
