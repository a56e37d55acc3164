"""Reports that mail could not be delivered (RFC 3464)."""

import re
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from typing import Final

from services.activity.email_receiving.model import Bounced

_STATUS: Final = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_MOST: Final = 200
_LONGEST: Final = 500


Report = tuple[tuple[Bounced, ...], str | None]
NO_REPORT: Final[Report] = ((), None)


def bounces_in(message: Message) -> Report:
    """Those for whom a mail failed for good, and the Message-ID of that mail; nobody where this is no such report."""
    if message.get_content_type() != "multipart/report":
        return NO_REPORT
    blocks, about = [], None
    for part in message.walk():
        match part.get_content_type():
            case "message/delivery-status":
                blocks += _blocks(part)
            case "message/rfc822" | "text/rfc822-headers" | "message/rfc822-headers":
                about = about or _original(part)
    return tuple(_failures(blocks))[:_MOST], about


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        return [each for each in payload if isinstance(each, Message)]
    return [message_from_string(block) for block in str(payload).replace("\r\n", "\n").split("\n\n")]


def _failures(blocks: list[Message]) -> Iterator[Bounced]:
    for block in blocks:
        recipient = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
        if str(block.get("Action", "")).strip().lower() != "failed" or not recipient:
            continue
        detail = " ".join(str(block.get("Diagnostic-Code", "")).rpartition(";")[2].split())
        status = _STATUS.search(str(block.get("Status", "")))
        address = recipient.rpartition(";")[2].strip().strip("<>").lower()
        yield Bounced(address, status[0] if status else None, detail[:_LONGEST] or None)


def _original(part: Message) -> str | None:
    payload = part.get_payload()
    original = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(original, Message):
        decoded = part.get_payload(decode=True)
        text = decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else str(payload)
        original = message_from_string(text)
    return str(original.get("Message-ID", "")).strip() or None
