"""The events as the gateway shows them: for programs, and on a page."""

import re
from html import unescape

from libs.contracts.publishers import PUBLISHERS
from services.gateway.docs.events import events_page
from tests.services.gateway.upstream import Running

PLAIN = {"Accept-Encoding": "identity"}
TYPES = [event.type for events in PUBLISHERS.values() for event in events]


async def test_the_document_is_served(gateway: Running) -> None:
    answer = await gateway.client.get("/asyncapi.json", headers=PLAIN)
    document = await answer.json()

    assert document["asyncapi"] == "3.0.0"
    assert list(document["channels"]) == TYPES


async def test_the_page_tells_of_every_event_and_loads_nothing_from_elsewhere(gateway: Running) -> None:
    answer = await gateway.client.get("/docs/events", headers=PLAIN)
    page = await answer.text()

    assert answer.content_type == "text/html"
    assert re.findall(r'<details id="([^"]+)">', page) == TYPES
    assert "<script" not in page
    for link in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert (await gateway.client.get(link)).status == 200


async def test_the_page_shows_fields_with_their_types_and_an_example(gateway: Running) -> None:
    page = await (await gateway.client.get("/docs/events", headers=PLAIN)).text()
    shown = unescape(page.split('<details id="sales.lead.qualified">')[1].split("</details>")[0])

    assert "<code>data.opportunity_id</code></td><td>string" in shown
    assert "<code>data.record.state</code></td><td>open, " in shown
    assert '"type": "sales.lead.qualified"' in shown


def test_what_a_document_says_is_text_on_the_page() -> None:
    hostile = "<script>alert(1)</script>"
    message = {"summary": hostile, "examples": [{"payload": {"note": hostile}}]}
    schema = {"properties": {hostile: {"enum": [hostile]}}}
    page = events_page(
        {
            "info": {"description": hostile},
            "components": {"messages": {"a.b.c": message}, "schemas": {"a.b.c": schema}},
        }
    )

    assert "<script" not in page
