"""Large numbers of records, written into the databases of sales and of the journal as these would have written them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, TypeVar

from pymongo import MongoClient

from deploy.local.stack import Stack
from libs.contracts.envelope import Envelope
from libs.store.documents import WORDS, public, to_document
from libs.store.ids import new_id
from libs.store.mongo import CODEC
from libs.store.store import Store
from libs.store.wording import words_of
from libs.web.settings import ServiceSettings
from services.journal.events.store import COLLECTION, INDEXES, append
from services.sales.contacts.model import Contact, named
from services.sales.opportunities.model import Opportunity
from tests.benchmarks.population import Population

PORTION: Final = 1000

T = TypeVar("T")


async def fill(running: Stack, count: int) -> list[dict[str, Any]]:
    """Returns some of the contacts, to ask for."""
    settings = ServiceSettings(mongo_url=running.nodes.mongo_url)
    journal = await Store.open(
        settings.mongo_url,
        settings.database_of("journal"),
        service="journal",
        indexes={COLLECTION: INDEXES},
        seconds=60,
    )
    client: MongoClient[dict[str, Any]] = MongoClient(settings.mongo_url)
    contacts = client[settings.database_of("sales")][Contact.collection]
    known: list[dict[str, Any]] = []
    for portion in portions(Population().contacts(count), PORTION):
        documents = [to_document(named(Contact.model_validate(record))) for record in portion]
        contacts.insert_many([{**document, WORDS: words_of(Contact, document)} for document in documents])
        await append(journal, [_announced(document) for document in documents])
        known += portion[:: PORTION // 5]
    client.close()
    await journal.close()
    return known


def fill_pipeline(running: Stack, count: int) -> list[dict[str, Any]]:
    """Writes opportunities into the database of sales alone, and returns some of them, to ask for."""
    settings = ServiceSettings(mongo_url=running.nodes.mongo_url)
    client: MongoClient[dict[str, Any]] = MongoClient(settings.mongo_url)
    database = client.get_database(settings.database_of("sales"), codec_options=CODEC)
    known: list[dict[str, Any]] = []
    for portion in portions(Population().opportunities(count), PORTION):
        documents = [to_document(Opportunity.model_validate(record)) for record in portion]
        database[Opportunity.collection].insert_many(documents, ordered=False)
        known += portion[:: PORTION // 5]
    client.close()
    return known


def _announced(document: dict[str, Any]) -> Envelope:
    record = public(Contact, document)
    return Envelope(
        id=new_id(),
        source="/crm/sales",
        type="sales.contact.created",
        subject=f"{Contact.collection}/{record['id']}",
        time=record["modified_at"],
        epoch=1,
        sequence=record["version"],
        correlationid=record["id"],
        causationid=None,
        actorid=record["owner_id"],
        via="import",
        traceparent=None,
        data={"record": record, "access": {"owner": record["owner_id"], "teams": [], "shares": []}},
    )


def portions(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while portion := list(islice(iterator, size)):
        yield portion
