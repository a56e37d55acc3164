"""Which events go to a webhook."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from libs.contracts.journal import WebhookPinged
from libs.store.query.predicates import predicate
from services.journal.events.model import Topics
from services.journal.events.store import Kept
from services.journal.webhooks.model import Webhook


def topics_of(webhook: Webhook) -> Topics:
    """The types it asks for, and pings."""
    topics = webhook.topics
    return Topics((*topics.patterns, WebhookPinged.type)) if topics.patterns else topics


def chosen(events: Sequence[Kept], webhook: Webhook, *, now: datetime, since: datetime | None) -> list[Kept]:
    """The events that this webhook wants, none from before `since`; of pings only its own."""
    matches = predicate(webhook.filter, now=now) if webhook.filter else None
    own = f"{Webhook.collection}/{webhook.id}"

    def goes(event: Kept) -> bool:
        if event.type == WebhookPinged.type:
            return event.subject == own
        body = orjson.loads(event.body)
        if since is not None and datetime.fromisoformat(body["time"]) < since:
            return False
        return matches is None or matches(body["data"]["record"])

    return [event for event in events if goes(event)]
