"""Reads e-mails of strangers (RFC 5322, MIME). Whatever is malformed in one, the rest of it is read."""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses
from typing import Final, TypeVar

from services.activity.email_contents.model import LONGEST_HTML, LONGEST_TEXT
from services.activity.email_receiving.answers import answers_among
from services.activity.email_receiving.bounces import NO_REPORT, bounces_in
from services.activity.email_receiving.model import Attached, Correspondent, Incoming

T = TypeVar("T")

MOST_PARTS: Final = 200
_MOST_CORRESPONDENTS: Final = 100
_MOST_FILES: Final = 50
_LONGEST_ID: Final = 400
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,400}>")
_ODD: Final = (ValueError, LookupError, TypeError, AttributeError, HeaderParseError, RecursionError, AssertionError)
"""What the standard library raises over what no standard allows."""
_MACHINES: Final = ("mailer-daemon@", "postmaster@", "no-reply@", "noreply@")
_BULK: Final = frozenset({"auto_reply", "bulk", "junk", "list"})


def read_mail(raw: bytes) -> Incoming:
    """What can be read of it; at the least an empty mail with all of it attached."""
    unreadable = Incoming(files=(Attached("message.eml", "message/rfc822", raw),))
    return _tried(lambda: _read(message_from_bytes(raw)), unreadable)


def _tried(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except _ODD:
        return otherwise


def _read(message: Message) -> Incoming:
    text, html, files = _contents(message)
    bounced, about = _tried(lambda: bounces_in(message), NO_REPORT)
    sender = next(iter(_correspondents(message, "From")), None)
    return Incoming(
        message_id=next(iter(_ids(message, "Message-ID")), None),
        in_reply_to=next(iter(_ids(message, "In-Reply-To")), None),
        references=tuple(_ids(message, "References")),
        subject=header(message, "Subject"),
        sender=sender or next(iter(_correspondents(message, "Sender")), None),
        to=_correspondents(message, "To"),
        cc=_correspondents(message, "Cc"),
        text=text,
        html=html,
        files=files,
        automatic=bool(bounced) or _is_automatic(message, sender),
        bounced=bounced,
        about=about,
        answers=answers_among(files),
    )


def header(message: Message, name: str) -> str:
    """A header in words, without what cannot be written."""
    return decoded(_tried(lambda: str(message.get(name, "")), ""))


def decoded(value: str) -> str:
    plain = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    words = _tried(lambda: str(make_header(decode_header(plain))), plain)
    clean = words.encode("utf-8", "replace").decode()
    return " ".join("".join(letter if letter.isprintable() else " " for letter in clean).split())


def _ids(message: Message, name: str) -> list[str]:
    """Message-IDs, each once; of a header without brackets the one word that it is."""
    value = header(message, name)
    found = list(dict.fromkeys(_MESSAGE_ID.findall(value)))
    bare = value.strip()
    return found or ([f"<{bare}>"] if bare and " " not in bare and len(bare) <= _LONGEST_ID else [])


def _correspondents(message: Message, name: str) -> tuple[Correspondent, ...]:
    values = [str(value) for value in message.get_all(name, [])]
    pairs: list[tuple[str, str]] = _tried(lambda: getaddresses(values), [])
    found = (Correspondent(decoded(address), decoded(words) or None) for words, address in pairs)
    return tuple(each for each in found if each.address or each.name)[:_MOST_CORRESPONDENTS]


def _is_automatic(message: Message, sender: Correspondent | None) -> bool:
    submitted = header(message, "Auto-Submitted").partition(";")[0].lower()
    return (
        (submitted not in ("", "no"))
        or header(message, "Precedence").lower() in _BULK
        or any(message.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "List-Id"))
        or (sender is not None and sender.address.lower().startswith(_MACHINES))
    )


def _contents(message: Message) -> tuple[str | None, str | None, tuple[Attached, ...]]:
    """The text, the HTML, and everything else as files."""
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    files: list[Attached] = []
    for number, part in enumerate(leaves(message)):
        kind = _tried(part.get_content_type, "application/octet-stream")
        name = _file_name(part)
        attached = _tried(part.get_content_disposition, None) == "attachment" or name is not None
        if kind in texts and not attached:
            texts[kind].append(_text(part))
        elif len(files) < _MOST_FILES:
            extension = ".eml" if kind == "message/rfc822" else ""
            files.append(Attached(name or f"part-{number}{extension}", kind[:200], _bytes(part)))
    plain, html = "\n".join(texts["text/plain"]), "\n".join(texts["text/html"])
    return plain[:LONGEST_TEXT] or None, html[:LONGEST_HTML] or None, tuple(files)


def leaves(message: Message) -> Iterator[Message]:
    """The parts that have no parts, in their order; mail within mail is one of them."""
    waiting, count = [message], 0
    while waiting and count < MOST_PARTS:
        part, count = waiting.pop(0), count + 1
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting = [each for each in payload if isinstance(each, Message)] + waiting
        else:
            yield part


def _file_name(part: Message) -> str | None:
    value = _tried(lambda: part.get_param("filename", None, "content-disposition") or part.get_param("name"), None)
    if value is None:
        return None
    name = decoded(_tried(lambda: collapse_rfc2231_value(value), str(value)))
    return name.replace("\\", "/").rpartition("/")[2][:200] or "file"


def _bytes(part: Message) -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list):
        return b"\n".join(_tried(each.as_bytes, b"") for each in payload if isinstance(each, Message))
    content = _tried(lambda: part.get_payload(decode=True), None)
    if isinstance(content, bytes):
        return content
    return str(payload).encode("utf-8", "surrogateescape")


def _text(part: Message) -> str:
    content = _bytes(part)
    charset = _tried(lambda: part.get_content_charset() or "utf-8", "utf-8")
    text = _tried(lambda: content.decode(charset), None)
    if text is None:
        text = _tried(lambda: content.decode("utf-8"), None) or content.decode("latin-1")
    return text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\0", "")
