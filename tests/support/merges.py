"""Merges as the sales service announces them, and as every service hears of them."""

from collections.abc import Mapping

from libs.contracts.envelope import Envelope
from libs.store.store import Store
from libs.web.merging import following_merges
from libs.web.service import Service
from tests.support.events import envelope

AGGREGATES = {"leads": "sales.lead", "contacts": "sales.contact", "accounts": "sales.account"}


def merge_event(
    survivor: str, aliases: Mapping[str, str | None], *, version: int = 1, verb: str = "merged", name: str = "Acme"
) -> Envelope:
    """The event of a survivor (`<collection>/<id>`) that says where these ids lead from now on."""
    collection, _, id_ = survivor.partition("/")
    record = {"id": id_, "name": name, "full_name": name}
    told = [{"id": each, "to": to, "version": version} for each, to in aliases.items()]
    return envelope(f"{AGGREGATES[collection]}.{verb}", collection, record, aliases=told, merged_ids=list(aliases))


async def hear(service: Service, store: Store, *events: Envelope) -> None:
    """Hands merges to the projection of a service, one after the other."""
    for event in events:
        await following_merges(service.movers).handle(store, [event])
