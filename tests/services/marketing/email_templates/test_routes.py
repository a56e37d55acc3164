"""Templates as clients meet them."""

from typing import Any

from libs.domain.directory import RoleEntry
from libs.store.copies import keep_copies
from libs.web.executing import STORE
from libs.web.requests import DIRECTORY
from tests.support.events import envelope
from tests.support.services import Running

PATH = "/api/v1/email_templates"
OFFER: dict[str, Any] = {
    "name": "Offer",
    "subject": "For {{ record.company_name }}",
    "html": "<p>Dear {{ recipient.first_name | default('customer') }}, {{ record.phone }}</p><script>x()</script>",
}
LEAD = {
    "id": "clara",
    "first_name": "Clara",
    "full_name": "Clara Luz",
    "company_name": "Casa Clara",
    "phone": "+351 21 1",
}
ABOUT = {"collection": "leads", "id": "clara"}


async def heard(marketing: Running, type_: str = "created", sequence: int = 1, **fields: Any) -> None:
    event = envelope(f"sales.lead.{type_}", "leads", {**LEAD, **fields}, sequence=sequence)
    await keep_copies(marketing.app[STORE], [event])


async def test_a_template_is_shown_with_the_fields_of_a_real_record(marketing: Running) -> None:
    await heard(marketing)
    _, template = await marketing.post(PATH, OFFER)

    status, preview = await marketing.post(
        f"{PATH}/{template['id']}/preview", {"record": ABOUT, "recipient": {**ABOUT, "email": "clara@example.org"}}
    )

    assert (status, preview) == (
        200,
        {
            "subject": "For Casa Clara",
            "text": "Dear Clara, +351 21 1",
            "html": "<p>Dear Clara, +351 21 1</p>",
        },
    )


async def test_a_record_is_told_as_it_is_now(marketing: Running) -> None:
    await heard(marketing)
    await heard(marketing, "updated", 2, company_name="Casa Nova", phone=None)
    _, template = await marketing.post(PATH, {**OFFER, "text": "{{ record.phone }}."})

    _, preview = await marketing.post(f"{PATH}/{template['id']}/preview", {"record": ABOUT})

    assert (preview["subject"], preview["text"]) == ("For Casa Nova", ".")


async def test_what_is_hidden_from_the_writer_is_not_told(marketing: Running) -> None:
    await heard(marketing)
    _, template = await marketing.post(PATH, OFFER)
    reading = {each: {"read": "all"} for each in ("leads", "email_templates")}
    marketing.identities.people.roles.append(
        RoleEntry(id="discreet", version=1, permissions=reading, fields={"leads": {"phone": "hidden"}})
    )
    await marketing.app[DIRECTORY].reload()

    _, preview = await marketing.post(f"{PATH}/{template['id']}/preview", {"record": ABOUT}, roles=("discreet",))

    assert (preview["subject"], preview["text"]) == ("For Casa Clara", "Dear customer,")


async def test_what_is_not_the_language_is_refused_when_it_is_written(marketing: Running) -> None:
    _, template = await marketing.post(PATH, OFFER)

    refused, problem = await marketing.post(PATH, {**OFFER, "text": "{{ record.secrets }}"})
    again, _ = await marketing.patch(f"{PATH}/{template['id']}", {"subject": "{% for x in y %}{% endfor %}"})

    assert (refused, problem["errors"][0]["pointer"], again) == (422, "/text", 422)
    assert "record has no field secrets" in problem["errors"][0]["detail"]


async def test_a_record_that_is_gone_or_of_another_kind_tells_nothing(marketing: Running) -> None:
    await heard(marketing)
    await heard(marketing, "deleted", 2)
    _, template = await marketing.post(PATH, OFFER)

    _, gone = await marketing.post(f"{PATH}/{template['id']}/preview", {"recipient": ABOUT})
    _, other = await marketing.post(f"{PATH}/{template['id']}/preview", {"record": {"collection": "roles", "id": "x"}})

    assert [(each["pointer"], each["code"]) for each in (*gone["errors"], *other["errors"])] == [
        ("/recipient", "unknown_reference"),
        ("/record", "wrong_collection"),
    ]
