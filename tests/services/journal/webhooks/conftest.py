"""As for the deliveries: a journal that sends to receivers on this machine."""

from tests.services.journal.deliveries.conftest import events, receiver, wire

__all__ = ["events", "receiver", "wire"]
