"""What an e-mail has beyond other activities, and what else is written."""

from collections.abc import Mapping
from typing import Any, Final

from tests.contracts.parts import NOW, id_of

_ID: Final = id_of(240)
FILE: Final = {"id": _ID, "name": "Offer.pdf", "content_type": "application/pdf", "size": 3, "sha256": "ab" * 32}

EMAIL: Final[Mapping[str, Any]] = {
    "id": _ID,
    "status_reason": "sent_in_part",
    "reply_to_id": id_of(11),
    "message_id": "<0192@example.org>",
    "in_reply_to": "<0191@example.org>",
    "references": ("<0190@example.org>", "<0191@example.org>"),
    "thread_id": _ID,
    "attachments": (FILE,),
    "deliveries": (
        {"email": "ana.costa@example.org", "outcome": "refused", "code": "550", "detail": "unknown", "at": NOW},
    ),
    "automatic": True,
    "body_size": 20,
}

EMAIL_TEMPLATE: Final[Mapping[str, Any]] = {
    "id": id_of(245),
    "name": "Offer",
    "subject": "An offer for {{ recipient.name }}",
    "text": "Dear {{ recipient.name }}",
    "html": "<p>Dear {{ recipient.name }}</p>",
}

NOTE: Final[Mapping[str, Any]] = {
    "id": id_of(246),
    "name": "Branches",
    "title": "Branches",
    "text": "They open two in spring; ask @ana.",
    "regarding": {"collection": "contacts", "id": id_of(7), "name": "Ana Costa"},
    "mentions": (id_of(1),),
    "attachments": (FILE,),
}
