"""Which records may be the same as those that are being written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from libs.domain.duplicates import DuplicateRules
from libs.domain.grants import Grants, Operation, row_filter
from libs.store.changes import Change
from libs.store.errors import answering
from libs.store.keys import holders, keys_in, owners
from libs.store.reach import query_of
from libs.store.store import Document, Store

MOST_CANDIDATES: Final = 100
"""Records that are looked at for one; a value that more have in common tells nobody apart."""
_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Looked:
    """A record that is being written, and others with a key in common: their keys, access, and what rules look at.

    `rules` are those that have a say, of which some may refuse; `allowed`: the caller has said that there may be two.
    """

    change: Change
    rules: DuplicateRules
    keys: Sequence[str]
    shared: frozenset[str]
    grants: Grants
    allowed: bool
    found: Sequence[Document] = ()

    @property
    def may_refuse(self) -> bool:
        return any(rule.refuses(creating=self.change.creating, allowed=self.allowed) for rule in self.rules.rules)


@answering()
async def look(store: Store, changes: Sequence[Change], grants: Grants, *, allowed: bool) -> list[Looked]:
    """What may be the same as each of the records, all of one collection; mostly a query tells that nothing is."""
    collection = changes[0].collection if changes else ""
    every = store.duplicate_rules(collection)
    keys = [change.new_keys(every) for change in changes]
    known = await owners(store.collection(collection), [key for each in keys for key in each])
    looked = []
    for change, own in zip(changes, keys, strict=True):
        change.taken = frozenset(key for key in own if known.get(key, change.record_id) != change.record_id)
        rules = (every.on_create if change.creating else every.on_update).giving(own)
        # A key that a changed record had before may have gone to others meanwhile.
        shared = frozenset(rules.among({*change.taken, *every.crowded(own)} if change.creating else own))
        looked.append(Looked(change, rules, own, shared, grants, allowed))
    wanted = iter([place for place, each in enumerate(looked) if each.shared])
    while places := list(islice(wanted, _AT_ONCE)):
        found = await _candidates(store, every, {place: looked[place] for place in places})
        for place, documents in found.items():
            looked[place] = replace(looked[place], found=documents)
    return looked


async def _candidates(store: Store, rules: DuplicateRules, wanted: Mapping[int, Looked]) -> dict[int, list[Document]]:
    """By place. Where they are too many for one query, there is one for each place."""
    [first, *_] = wanted.values()
    collection = store.collection(first.change.collection)
    # What the caller does not see may be a reason to refuse, and never to warn.
    refusing = any(each.may_refuse for each in wanted.values())
    rows = {} if refusing else query_of(row_filter(first.grants, first.change.collection, Operation.READ))
    keys = [key for each in wanted.values() for key in each.shared]
    most = MOST_CANDIDATES + len(wanted)
    found = await holders(collection, keys, rules, rows, most=most)
    if len(found) == most and len(wanted) > 1:
        several = [await _candidates(store, rules, {place: each}) for place, each in wanted.items()]
        return {place: documents for each in several for place, documents in each.items()}
    by_key: dict[str, list[Document]] = {}
    for document in found:
        for key in keys_in(document):
            by_key.setdefault(key, []).append(document)
    return {place: [each for key in asked.shared for each in by_key.get(key, ())] for place, asked in wanted.items()}
