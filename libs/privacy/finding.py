"""Which records of a service are a person's."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from libs.contracts.privacy import Found, Person
from libs.domain.kinds import kind_of
from libs.domain.personal import Personal
from libs.domain.record import Record
from libs.store.scanning import count_in, pages
from libs.store.store import Store


@dataclass(frozen=True, slots=True)
class Portable:
    """A collection of documents that are no records, and are handed out with those: events, list memberships.

    `field` names the records that a document is about, as `<collection>/<id>`, or by the id alone where `bare`. An
    index begins with it. `alone` ones mean nothing without the person, and are deleted with them.
    """

    collection: str
    field: str
    bare: bool = False
    alone: bool = False

    def named(self, person: Person) -> list[str]:
        return [each.partition("/")[2] for each in person.records] if self.bare else list(person.records)


async def find(store: Store, person: Person, portable: Sequence[Portable]) -> tuple[Person, list[Found]]:
    """The person with all that this service knows of them, and how much of each collection is theirs.

    Looked through again as long as one record leads to another.
    """
    while True:
        known, counts = person, Counter[str]()
        for record_type in store.records:
            if paths := paths_of(record_type):
                async for page in pages(store, record_type.collection, paths):
                    for document in page:
                        subject = f"{record_type.collection}/{document['_id']}"
                        personal = personal_of(record_type, document)
                        if personal is not None and personal.is_theirs(subject, document, known):
                            known = known.joined(personal.told(subject, document, known))
                            counts[record_type.collection] += 1
        if known == person:
            break
        person = known
    for each in portable:
        counts[each.collection] += await count_in(store, each.collection, each.field, each.named(known))
    return known, [Found(collection=name, count=count) for name, count in sorted(counts.items()) if count]


def personal_of(record_type: type[Record], document: dict[str, object]) -> Personal | None:
    return kind_of(record_type, document).personal


def paths_of(record_type: type[Record]) -> set[str]:
    """What of the collection has to be read to tell whose its records are; empty where none is a person's."""
    kinds = [kind.personal for kind in (record_type.kinds.values() or (record_type,))]
    fields = {path.partition(".")[0] for personal in kinds if personal is not None for path in personal.paths}
    return {"type", *fields} if fields else set()
