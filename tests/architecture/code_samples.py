"""Samples for the rules of habit: what each names, and what it lets pass."""

from __future__ import annotations

from tests.architecture import code_rules as rules

BREACHES = [
    (rules.nothing_prints, "libs.cli.main", "def run():\n    print('ready')"),
    (rules.nothing_prints, "services.sales.app", "pprint({})"),
    (rules.blind_catches_say_why, "libs.bus.relay", "try: ...\nexcept Exception: ..."),
    (rules.blind_catches_say_why, "libs.bus.relay", "try: ...\nexcept: ..."),
    (rules.blind_catches_say_why, "libs.bus.relay", "try: ...\nexcept Exception:  # noqa: BLE001\n    pass"),
    (rules.blind_catches_say_why, "libs.bus.relay", "try: ...\nexcept (KeyError, BaseException): ..."),
    (rules.files_are_short, "tests.libs.bus.test_relay", "x = 1\n" * (rules.MOST_LINES + 1)),
    (rules.imports_open_nothing, "services.sales.app", "session = aiohttp.ClientSession()"),
    (rules.imports_open_nothing, "libs.store.store", "class Store:\n    client = AsyncIOMotorClient()"),
    (rules.imports_open_nothing, "libs.store.store", "if True:\n    pool = ThreadPoolExecutor(4)"),
    (rules.imports_open_nothing, "libs.store.store", "def find(client=MongoClient()): ..."),
    (rules.rules_read_no_clock, "services.sales.leads.model", "def close():\n    return datetime.now(UTC)"),
    (rules.rules_read_no_clock, "libs.domain.record", "def age():\n    return date.today()"),
    (rules.pages_are_bounded_by_the_database, "libs.store.files", "rows.find({}).sort('_id', 1).to_list(1000)"),
    (rules.pages_are_bounded_by_the_database, "services.sales.leads.store", "rows.find(query).to_list(most)"),
]

ALLOWED = [
    ("tests.libs.test_text", "print('a test may')"),
    (
        "libs.bus.relay",
        "try: ...\nexcept Exception:  # noqa: BLE001 - whatever a handler raises parks the message\n    pass",
    ),
    ("libs.bus.relay", "try: ...\nexcept BaseException:\n    undo()\n    raise"),
    ("libs.bus.relay", "try: ...\nexcept KeyError: ..."),
    ("libs.store.store", "async def open_client():\n    return AsyncIOMotorClient()"),
    ("deploy.local.__main__", "if __name__ == '__main__':\n    connect()"),
    ("libs.store.files", "rows.find({}).sort('_id', 1).limit(1000).to_list(1000)"),
    ("libs.store.aliases", "rows.find({'_id': {'$in': ids}}).to_list(len(ids))"),
    ("libs.store.reading", "rows.find(query).to_list(None)"),
    ("libs.store.clock", "def utc_now():\n    return datetime.now(UTC)"),
    ("services.sales.leads.commands", "x = 1\n" * rules.MOST_LINES),
]
