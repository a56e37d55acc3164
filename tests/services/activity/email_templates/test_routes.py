"""Templates as clients meet them."""

from typing import Any

from libs.store.copies import keep_copies
from libs.web.executing import STORE
from tests.support.events import envelope
from tests.support.services import Running

PATH = "/api/v1/email_templates"
OFFER: dict[str, Any] = {
    "name": "Offer",
    "subject": "For {{ record.name }}",
    "html": "<p>Dear {{ recipient.name }}</p><script>x()</script>",
}


async def test_a_template_is_previewed_for_a_record_and_drafts_an_e_mail(activity: Running) -> None:
    lead = {"id": "clara", "full_name": "Casa Clara", "email": "clara@example.org"}
    await keep_copies(activity.app[STORE], [envelope("sales.lead.created", "leads", lead)])
    _, template = await activity.post(PATH, OFFER)
    occasion = {
        "regarding": {"collection": "leads", "id": "clara"},
        "parties": [{"role": "to", "collection": "leads", "id": "clara"}],
    }

    _, preview = await activity.post(f"{PATH}/{template['id']}/preview", occasion)
    status, email = await activity.post("/api/v1/activities/compose", {**occasion, "template_id": template["id"]})
    _, body = await activity.get(f"/api/v1/activities/{email['id']}/body")

    written = {"subject": "For Casa Clara", "text": "Dear Casa Clara", "html": "<p>Dear Casa Clara</p>"}
    assert preview == written
    assert (status, email["status_reason"], email["subject"]) == (201, "draft", "For Casa Clara")
    assert email["regarding"] == {"collection": "leads", "id": "clara", "name": "Casa Clara"}
    assert (body["text"], body["html"]) == (written["text"], written["html"])


async def test_what_is_not_the_language_is_refused_when_it_is_written(activity: Running) -> None:
    _, template = await activity.post(PATH, OFFER)

    refused, problem = await activity.post(PATH, {**OFFER, "text": "{{ secrets }}"})
    again, _ = await activity.patch(f"{PATH}/{template['id']}", {"subject": "{% for x in y %}{% endfor %}"})

    assert (refused, problem["errors"][0]["pointer"], again) == (422, "/text", 422)


async def test_a_record_that_the_writer_does_not_see_tells_nothing(activity: Running) -> None:
    _, template = await activity.post(PATH, OFFER)
    nobody = {"regarding": {"collection": "leads", "id": "nobody"}}

    status, problem = await activity.post(f"{PATH}/{template['id']}/preview", nobody)

    assert (status, problem["errors"][0]["pointer"]) == (422, "/regarding")


async def test_by_an_inactive_template_nothing_new_is_written(activity: Running) -> None:
    _, template = await activity.post(PATH, OFFER)
    await activity.post(f"{PATH}/{template['id']}/deactivate", {})

    status, problem = await activity.post("/api/v1/activities/compose", {"template_id": template["id"]})

    assert (status, problem["code"]) == (409, "template_inactive")
