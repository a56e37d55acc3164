"""What may lie beside a record."""

import pytest

from libs.domain.attachments import Attachment, FileTypeRefused, Limits, attachment_in, media_type, without
from libs.domain.refusals import InvalidFields, NotFound, TooLarge

LIMITS = Limits(10, together=15, most=2, refused=frozenset({"exe", "text/html", "video/*"}))


def file(name: str = "Offer.pdf", *, kind: str = "application/pdf", size: int = 5, id_: str = "f") -> Attachment:
    return Attachment(id=id_, name=name, content_type=kind, size=size, sha256="")


@pytest.mark.parametrize(
    ("name", "kind", "refused"),
    [
        ("Offer.pdf", "application/pdf", False),
        ("exe", "application/pdf", True),
        ("Offer.EXE", "application/pdf", True),
        ("Offer.exe. ", "application/pdf", True),
        ("Offer.exe.pdf", "application/pdf", False),
        ("page.pdf", "text/html", True),
        ("page.pdf", "text/html5", False),
        ("film.pdf", "video/mp4", True),
    ],
)
def test_types_are_refused_by_the_ending_or_by_what_they_say(name: str, kind: str, *, refused: bool) -> None:
    given = file(name, kind=kind)

    if not refused:
        LIMITS.require_type(given)
        return
    with pytest.raises(FileTypeRefused):
        LIMITS.require_type(given)


def test_attachments_count_together() -> None:
    one, two = file(size=10), file(size=5)

    assert LIMITS.joined((one,), two) == (one, two)
    with pytest.raises(TooLarge):
        LIMITS.joined((one,), file(size=6))
    with pytest.raises(InvalidFields):
        LIMITS.joined((two, two), file(size=1))


def test_an_attachment_is_known_by_its_id() -> None:
    one, two = file(id_="1"), file(id_="2")

    assert attachment_in((one, two), "2") is two
    assert without((one, two), "1") == (two,)
    with pytest.raises(NotFound):
        without((one, two), "3")


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("Text/Plain", "text/plain"),
        ("image/svg+xml", "image/svg+xml"),
        ("", "application/octet-stream"),
        ("pdf", "application/octet-stream"),
        ("text/html\r\nX-Evil: 1", "application/octet-stream"),
        ("text/html; charset=utf-8", "application/octet-stream"),
    ],
)
def test_what_is_no_media_type_is_any_bytes(told: str, known: str) -> None:
    assert media_type(told) == known
