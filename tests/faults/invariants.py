"""What must hold after every fault. Each invariant names every breach in a sentence of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from libs.contracts.envelope import Envelope
from libs.contracts.values import title_of
from libs.store.private_work import TURN
from libs.store.projecting import newness
from tests.faults.evidence import Document, Evidence
from tests.faults.landscape import followers, hears, projection
from tests.faults.ledger import Entry, Ledger, Outcome

Invariant: TypeAlias = Callable[[Evidence, Ledger], Iterator[str]]

LOWEST_UNEXPECTED: Final = 500
OWN: Final = ("subject", "topic", "title", "name")
"""Fields that the load fills with a text of each request's own."""


def every_answer_was_foreseen(_: Evidence, ledger: Ledger) -> Iterator[str]:
    """The load does nothing that a rule forbids, and a fault is no reason for an internal error."""
    yield from ledger.internal_errors
    for entry in ledger.of(Outcome.UNKNOWN):
        yield f"no clear outcome: {entry}"
    for entry in ledger.of(Outcome.FAIL):
        if entry.answer is not None and entry.answer.status < LOWEST_UNEXPECTED and entry.answer.status != 429:
            yield f"refused: {entry}"


def every_write_is_there_at_its_version(evidence: Evidence, ledger: Ledger) -> Iterator[str]:
    """I1: what was answered is what was announced under that version, and is stored, or something newer is."""
    announced = {(event.subject, event.sequence): event for event in evidence.events}
    for entry in ledger.of(Outcome.OK):
        for subject, answered in entry.records():
            stored = evidence.records.get(subject)
            if stored is None or stored["version"] < answered["version"]:
                yield f"{subject} is not there at version {answered['version']}: {entry}"
            event = announced.get((subject, answered["version"]))
            if event is None or event.record != answered:
                yield f"{subject} was announced otherwise than answered at version {answered['version']}: {entry}"
    last = {entry.subject: entry for entry in ledger.of(Outcome.OK) if _removes(entry) or _restores(entry)}
    for subject, entry in last.items():
        if ("_deleted" in evidence.records[subject]) is not _removes(entry):
            yield f"{subject} is {'still' if _removes(entry) else 'not'} there: {entry}"


def _removes(entry: Entry) -> bool:
    return entry.method == "DELETE"


def _restores(entry: Entry) -> bool:
    return entry.path.endswith("/restore")


def every_version_was_announced(evidence: Evidence, _: Ledger) -> Iterator[str]:
    """I2: the journal has an event for each version of each record, and none of a version that is not stored."""
    sequences = defaultdict(set)
    for event in evidence.events:
        sequences[event.subject].add(event.sequence)
    for subject, record in evidence.records.items():
        known, wanted = sequences.pop(subject, set()), set(range(1, record["version"] + 1))
        if known != wanted:
            yield f"{subject} at version {record['version']}: not announced {wanted - known}, only {known - wanted}"
    for subject in sequences:
        yield f"{subject} was announced, and is stored nowhere"


def every_version_was_announced_once(evidence: Evidence, _: Ledger) -> Iterator[str]:
    """I3: one version has one event of a type; a second would be a second effect."""
    seen = Counter((event.subject, event.sequence, event.type) for event in evidence.events)
    for (subject, sequence, type_), count in seen.items():
        if count > 1:
            yield f"{subject} has {count} events {type_} at version {sequence}"
    if list(evidence.positions) != list(range(1, len(evidence.positions) + 1)):
        yield "the positions of the journal have gaps"


def every_create_made_one_record(evidence: Evidence, ledger: Ledger) -> Iterator[str]:
    """I3, I6: a request made one record, however often it was sent."""
    made = Counter((subject.partition("/")[0], _own_text(record)) for subject, record in evidence.records.items())
    for entry in ledger.of(Outcome.OK):
        if entry.body is not None and entry.path == entry.collection:
            count = made[entry.collection, _own_text(entry.body)]
            if count != 1:
                yield f"made {count} records: {entry}"


def _own_text(values: Mapping[str, object]) -> object:
    return next((values[name] for name in OWN if name in values), None)


def every_response_is_in_one_lead(evidence: Evidence, _: Ledger) -> Iterator[str]:
    """I3: nobody is two leads, and no response is lost or counted twice."""
    holders = Counter(response for lead in evidence.in_collection("leads") for response in lead.get("response_ids", ()))
    for response in evidence.in_collection("activities"):
        if response.get("response") == "interested" and holders[response["_id"]] != 1:
            yield f"response {response['_id']} is in {holders[response['_id']]} leads"
    people = Counter(lead["email"] for lead in evidence.in_collection("leads") if lead.get("response_ids"))
    for email, count in people.items():
        if count > 1:
            yield f"{email} is {count} leads"


def every_sale_made_one_customer(evidence: Evidence, _: Ledger) -> Iterator[str]:
    """I3: whoever bought is one contact, and one account where there is a company."""
    contacts = Counter(contact.get("email") for contact in evidence.in_collection("contacts"))
    accounts = Counter(account["name"] for account in evidence.in_collection("accounts"))
    for opportunity in evidence.in_collection("opportunities"):
        if opportunity["state"] != "won":
            continue
        prospect = opportunity["prospect"]
        if "customer" not in opportunity:
            yield f"opportunity {opportunity['_id']} is won and has no customer"
        if contacts[prospect["email"]] != 1:
            yield f"{prospect['email']} bought and is {contacts[prospect['email']]} contacts"
        if (company := prospect.get("company_name")) and accounts[company] != 1:
            yield f"{company} bought and is {accounts[company]} accounts"


def copies_are_the_newest_state(evidence: Evidence, _: Ledger) -> Iterator[str]:
    """I4: whoever keeps copies has each record of others as its last event tells of it."""
    last = newest_events(evidence)
    for service, follower in followers():
        rows = evidence.rows[service, "copies"]
        for subject, event in last.items():
            if not hears(follower, event.type) or event.source == f"/crm/{service}":
                continue
            row, told = rows.get(subject), (newness(event), title_of(event.record), event.removes)
            if row is None or (row["newness"], row["name"], row["deleted"]) != told:
                yield f"{service} knows {subject} as {row}, not as {told}"


def projections_are_the_newest_state(evidence: Evidence, _: Ledger) -> Iterator[str]:
    """I4: the funnel and the counts of responses have a row for each record, made of its last event."""
    last = newest_events(evidence)
    for service, name, rows in (
        ("reporting", "funnel", "funnel_rows"),
        ("marketing", "campaign_responses", "responses"),
    ):
        follower = projection(service, name)
        for subject, event in last.items():
            if not hears(follower, event.type):
                continue
            row: Document = evidence.rows[service, rows].get(subject, {})
            if row.get("newness") != newness(event):
                yield f"{service} {rows} has {subject} at {row.get('newness')}, not at {newness(event)}"


def newest_events(evidence: Evidence) -> dict[str, Envelope]:
    """The last event of each record, by subject."""
    last: dict[str, Envelope] = {}
    for event in evidence.events:
        if event.subject not in last or last[event.subject].newness <= event.newness:
            last[event.subject] = event
    return last


def timelines_have_every_event(evidence: Evidence, _: Ledger) -> Iterator[str]:
    """I2: what happened is on the timelines."""
    timeline = projection("activity", "timeline")
    told = {entry["_id"] for entry in evidence.rows["activity", "timeline"].values() if "at" in entry}
    missing = {event.id for event in evidence.events if hears(timeline, event.type)} - told
    if missing:
        yield f"{len(missing)} events are on no timeline: {sorted(missing)[:5]}"


def nothing_is_an_orphan(evidence: Evidence, _: Ledger) -> Iterator[str]:
    """I5: what a record points to exists."""
    pointing = {"lead_id": "leads", "opportunity_id": "opportunities", "account_id": "accounts",
                "contact_id": "contacts", "primary_contact_id": "contacts", "campaign_id": "campaigns",
                "source_campaign_id": "campaigns"}  # fmt: skip
    for subject, record in evidence.records.items():
        targets = {f"{collection}/{record[name]}" for name, collection in pointing.items() if record.get(name)}
        if (customer := record.get("customer")) and customer.get("id"):
            targets.add(f"{customer['collection']}/{customer['id']}")
        for target in targets - evidence.records.keys():
            yield f"{subject} points to {target}, which is not there"
    holders = {subject.partition("/")[2] for subject in evidence.records}
    for claim in evidence.claims:
        if not claim["_id"].startswith(f"{TURN}|") and claim["holder"] not in holders:
            yield f"the claim {claim['_id']} is held by {claim['holder']}, which is not there"


def nothing_is_parked(evidence: Evidence, _: Ledger) -> Iterator[str]:
    for each in evidence.parked:
        yield f"{each['_id']} is parked: {each['reason']} {each['error']}"


INVARIANTS: Final[tuple[Invariant, ...]] = (
    every_answer_was_foreseen,
    every_write_is_there_at_its_version,
    every_version_was_announced,
    every_version_was_announced_once,
    every_create_made_one_record,
    every_response_is_in_one_lead,
    every_sale_made_one_customer,
    copies_are_the_newest_state,
    projections_are_the_newest_state,
    timelines_have_every_event,
    nothing_is_an_orphan,
    nothing_is_parked,
)


def breaches(evidence: Evidence, ledger: Ledger) -> list[str]:
    """Every sentence of every invariant; none if all hold."""
    return [f"{invariant.__name__}: {breach}" for invariant in INVARIANTS for breach in invariant(evidence, ledger)]


def had_effect(entry: Entry, evidence: Evidence, user_id: str) -> bool:
    """Whether a request was carried out, whatever was answered."""
    return f"{user_id}|{entry.method} /api/v1/{entry.path}|{entry.key}" in evidence.remembered
