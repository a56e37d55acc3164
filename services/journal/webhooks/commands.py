"""What people do with webhooks."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from libs.contracts.journal import WebhookActivated, WebhookAssigned, WebhookPinged, WebhookSecretRotated
from libs.contracts.values import Moment, Value
from libs.domain.fields import Line
from libs.domain.lifecycle import Lifecycle
from libs.domain.record import Draft
from libs.domain.refusals import InvalidFields
from libs.store.query.predicates import predicate
from libs.store.work import UnitOfWork
from services.journal.deliveries import store as deliveries
from services.journal.deliveries.store import Replay
from services.journal.events import store as events
from services.journal.events.model import require_known
from services.journal.webhooks import model
from services.journal.webhooks.model import Ended, Webhook

OLD_SECRET_SIGNS: Final = timedelta(days=1)


class Redeliver(Value):
    """What to deliver again: one delivery, or all events behind a position, or from a time on."""

    delivery_id: Annotated[str, Field(max_length=100)] | None = None
    after: Annotated[int, Field(ge=0)] | None = None
    since: Moment | None = None


class Redelivering(Value):
    """Events behind `after` up to `upto` are delivered again, as far as the webhook asks for them."""

    after: int
    upto: int


async def create_webhook(work: UnitOfWork, draft: Draft, *, secret: str) -> Webhook:
    """It begins with what the journal keeps from now on."""
    webhook = Webhook.drafted(draft, id=work.new_id())
    _require_sound_filter(work, webhook)
    deliveries.open_lane(work, webhook.id, position=await events.head(work.store), secret=secret)
    return work.add(webhook)


async def change_webhook(work: UnitOfWork, current: Webhook, wanted: Webhook) -> Webhook:
    """Whoever sends it elsewhere becomes its owner: nobody is to get what only another may see."""
    _require_sound_filter(work, wanted)
    actor = work.context.actor_id
    return work.save(wanted if wanted.url == current.url else wanted.evolve(owner_id=actor))


def _require_sound_filter(work: UnitOfWork, webhook: Webhook) -> None:
    if webhook.filter is not None:
        predicate(webhook.filter, now=work.now, option="/filter")


class AssignWebhook(Value):
    """`owner_id` is the caller's own id: what a webhook is sent is what its owner may see."""

    owner_id: Line


async def assign_webhook(work: UnitOfWork, webhook_id: str, request: AssignWebhook) -> Webhook:
    webhook = await work.get_target(Webhook, webhook_id)
    if request.owner_id != work.context.actor_id:
        raise InvalidFields.at("/owner_id", "not_yourself", "a webhook is taken over, not given away")
    return work.save(webhook.evolve(owner_id=request.owner_id), WebhookAssigned())


async def activate_webhook(work: UnitOfWork, webhook_id: str) -> Webhook:
    """After it was switched off by itself it goes on where it was; after somebody did that, from now on."""
    webhook = await work.get_target(Webhook, webhook_id)
    active = model.activate(webhook)
    position = None if model.goes_on(webhook) else await events.head(work.store)
    deliveries.reopen_lane(work, webhook_id, position=position)
    return work.save(active, WebhookActivated())


async def restore_webhook(work: UnitOfWork, removed: Webhook) -> Webhook:
    """What happened while it was removed is not sent by itself."""
    deliveries.reopen_lane(work, removed.id, position=await events.head(work.store))
    return work.restore(removed)


async def disable_webhook(work: UnitOfWork, webhook_id: str, reason: Ended, *, error: str | None) -> None:
    webhook = await work.get(Webhook, webhook_id)
    if webhook.state == Lifecycle.ACTIVE:
        work.save(*model.disable(webhook, reason, error=error))


async def ping_webhook(work: UnitOfWork, webhook_id: str) -> Webhook:
    """Announces an event that goes to this webhook, whatever types it asks for."""
    webhook = await work.get_target(Webhook, webhook_id)
    model.require_active(webhook)
    return work.save(webhook, WebhookPinged())


async def rotate_secret(work: UnitOfWork, webhook_id: str, *, secret: str) -> Webhook:
    webhook = await work.get_target(Webhook, webhook_id)
    await deliveries.change_secret(work, webhook_id, secret, old_until=work.now + OLD_SECRET_SIGNS)
    return work.save(webhook, WebhookSecretRotated())


async def redeliver(work: UnitOfWork, webhook_id: str, request: Redeliver) -> Redelivering:
    webhook = await work.get_target(Webhook, webhook_id)
    model.require_active(webhook)
    if len(request.model_fields_set) != 1:
        raise InvalidFields.at("/delivery_id", "one_of", "name one of delivery_id, after, since")
    if request.delivery_id is not None:
        delivery = await deliveries.find(work.store, webhook_id, request.delivery_id)
        deliveries.redeliver(work, delivery)
        return Redelivering(after=delivery.position - 1, upto=delivery.position)
    head = await events.head(work.store)
    if request.since is not None:
        after = await events.position_at(work.store, request.since)
    else:
        after = request.after or 0
        require_known(after, head=head, pointer="/after")
    if after < head:
        deliveries.replay(work, webhook_id, Replay(after, head, request.since))
    return Redelivering(after=after, upto=head)
