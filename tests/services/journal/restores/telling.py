"""A service that tells that it was set back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from libs.contracts.envelope import BACKUP_RESTORED, Envelope
from tests.support.events import envelope


def set_back(service: str, collections: Sequence[str], *, taken_at: datetime, restored_at: datetime) -> Envelope:
    record = {
        "id": f"{service}-2",
        "taken_at": taken_at.isoformat(),
        "restored_at": restored_at.isoformat(),
        "collections": list(collections),
    }
    return replace(envelope(f"{service}.{BACKUP_RESTORED}", "backups", record), epoch=2)
