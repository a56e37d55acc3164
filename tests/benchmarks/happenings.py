"""A large installation's timelines, written into the database of activity as the service would have written them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from pymongo import MongoClient

from deploy.local.stack import Stack
from libs.contracts.envelope import Envelope
from libs.store.ids import new_id
from libs.store.mongo import CODEC
from libs.store.projecting import newness
from libs.web.settings import ServiceSettings
from services.activity.relations import store as relations
from services.activity.relations.model import holders_of
from services.activity.timeline import store as timeline
from services.activity.timeline.model import about, entry_of
from tests.benchmarks.filling import portions
from tests.benchmarks.population import BEGINNING, OWNERS, SEED

LARGEST: Final = 400
"""Records that belong to the largest account; every other account has USUAL ones."""
USUAL: Final = 25
BELOW: Final = 15
"""Accounts below the second one, each with its own records."""
EACH: Final = 20
"""Entries about each record, in the middle."""

PORTION: Final = 5000

_AGGREGATES: Final = {"contacts": "sales.contact", "opportunities": "sales.opportunity", "cases": "service.case"}
_COLLECTIONS: Final = ("contacts", "contacts", "opportunities", "opportunities", "cases")
_HAPPENING: Final = {
    "activity.email.created": 35,
    "activity.phone_call.created": 15,
    "activity.task.completed": 10,
    "updated": 30,
    "assigned": 8,
    "activity.letter.created": 2,
}


def fill_timelines(running: Stack, entries: int) -> list[str]:
    """Returns the ids of the accounts: the largest, the one that others are below, and all the rest."""
    settings = ServiceSettings(mongo_url=running.nodes.mongo_url)
    client: MongoClient[dict[str, Any]] = MongoClient(settings.mongo_url)
    database = client.get_database(settings.database_of("activity"), codec_options=CODEC)
    made = Happenings()
    customers = list(made.customers(entries))
    belonging = [each for customer in customers for each in customer.belonging]
    belonging += made.below(customers[1], customers[2 : 2 + BELOW])
    for portion in portions(belonging, PORTION):
        database[relations.COLLECTION].insert_many([_relation(event) for event in portion], ordered=False)
    for portion in portions(made.about(customers, entries), PORTION):
        documents = [{"_id": each.id, **entry_of(each), "about": sorted(about(each))} for each in portion]
        database[timeline.COLLECTION].insert_many(documents, ordered=False)
    client.close()
    return [customer.id for customer in customers]


def _relation(event: Envelope) -> dict[str, Any]:
    return {"_id": event.subject, "belongs_to": holders_of(event), "at": event.time, "newness": newness(event)}


def _collection(number: int) -> str:
    return _COLLECTIONS[number % len(_COLLECTIONS)]


@dataclass(frozen=True, slots=True)
class Customer:
    """An account and the records that belong to it."""

    id: str
    belonging: tuple[Envelope, ...]


class Happenings:
    """Makes customers and what happens to them, the same for the same seed but for the ids of events."""

    def __init__(self, seed: int = SEED) -> None:
        self._chance = random.Random(seed)

    def customers(self, entries: int) -> Iterator[Customer]:
        """The largest first; of so many entries each record gets EACH."""
        yield self._customer(0, LARGEST)
        for number in range(1, 1 + max(1, (entries // EACH - LARGEST) // (USUAL + 1))):
            yield self._customer(number, USUAL)

    def _customer(self, number: int, size: int) -> Customer:
        account = f"account-{number:06}"
        people = [f"contact-{number:06}-{each:03}" for each in range(size) if _collection(each) == "contacts"]
        return Customer(account, tuple(self._belonging(account, people, number, each) for each in range(size)))

    def _belonging(self, account: str, people: list[str], number: int, each: int) -> Envelope:
        collection = _collection(each)
        aggregate = _AGGREGATES[collection]
        id_ = f"{aggregate.partition('.')[2]}-{number:06}-{each:03}"
        record: dict[str, Any] = {"id": id_, "name": f"Number {each}"}
        if collection == "contacts":
            record["account_id"] = account
        else:
            buyer = {"collection": "contacts", "id": self._chance.choice(people)}
            record["customer"] = self._chance.choice(({"collection": "accounts", "id": account}, buyer))
        return self._event(f"{aggregate}.created", collection, record)

    def below(self, head: Customer, customers: list[Customer]) -> Iterator[Envelope]:
        """That accounts are those of divisions of another."""
        for customer in customers:
            record = {"id": customer.id, "name": "Division", "parent_account_id": head.id}
            yield self._event("sales.account.created", "accounts", record)

    def about(self, customers: list[Customer], entries: int) -> Iterator[Envelope]:
        """What happened to their records or about them."""
        records = [each for customer in customers for each in customer.belonging]
        for what in self._chance.choices(list(_HAPPENING), list(_HAPPENING.values()), k=entries):
            record = self._chance.choice(records)
            if what.startswith("activity."):
                regarding = {"collection": record.collection, "id": record.record_id}
                yield self._event(what, "activities", {"id": new_id(), "subject": "Offer", "regarding": regarding})
            else:
                type_ = record.type.replace("created", what)
                changed = {"name": {"before": "Number", "after": record.record["name"]}}
                yield self._event(type_, record.collection, record.record, changed=changed)

    def _event(self, type_: str, collection: str, record: Any, **data: Any) -> Envelope:
        owner = f"user-{self._chance.randrange(OWNERS)}"
        return Envelope(
            id=new_id(),
            source=f"/crm/{type_.partition('.')[0]}",
            type=type_,
            subject=f"{collection}/{record['id']}",
            time=BEGINNING + timedelta(seconds=self._chance.randrange(27_000_000)),
            epoch=1,
            sequence=1,
            correlationid=record["id"],
            causationid=None,
            actorid=owner,
            via="ui",
            traceparent=None,
            data={"record": record, "access": {"owner": owner, "teams": [], "shares": []}, **data},
        )
