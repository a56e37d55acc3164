"""E-mails that are written by templates of marketing."""

from typing import Any

from libs.store.copies import keep_copies
from libs.web.executing import STORE
from tests.support.events import envelope
from tests.support.services import Running

PATH = "/api/v1/activities/compose"
OFFER: dict[str, Any] = {
    "id": "offer",
    "name": "Offer",
    "subject": "For {{ record.name }}",
    "html": "<p>Dear {{ recipient.first_name }} of {{ record.company_name }}</p><script>x()</script>",
    "state": "active",
}
LEAD = {
    "id": "clara",
    "first_name": "Clara",
    "full_name": "Clara Luz",
    "company_name": "Casa Clara",
    "email": "clara@example.org",
}
ABOUT = {"collection": "leads", "id": "clara"}


async def heard(activity: Running, type_: str, collection: str, record: dict[str, Any], sequence: int = 1) -> None:
    await keep_copies(activity.app[STORE], [envelope(type_, collection, record, sequence=sequence)])


async def test_a_template_drafts_an_e_mail_about_a_record(activity: Running) -> None:
    await heard(activity, "sales.lead.created", "leads", LEAD)
    await heard(activity, "marketing.email_template.created", "email_templates", OFFER)

    status, email = await activity.post(
        PATH, {"template_id": "offer", "regarding": ABOUT, "parties": [{"role": "to", **ABOUT}]}
    )
    _, body = await activity.get(f"/api/v1/activities/{email['id']}/body")

    assert (status, email["status_reason"], email["subject"]) == (201, "draft", "For Clara Luz")
    assert email["regarding"] == {**ABOUT, "name": "Clara Luz"}
    assert (body["text"], body["html"]) == ("Dear Clara of Casa Clara", "<p>Dear Clara of Casa Clara</p>")


async def test_the_template_counts_as_it_is_now(activity: Running) -> None:
    await heard(activity, "marketing.email_template.created", "email_templates", {**OFFER, "id": "newer"})
    changed = {**OFFER, "id": "newer", "subject": "News", "html": None, "text": "Hello"}
    await heard(activity, "marketing.email_template.updated", "email_templates", changed, sequence=2)

    _, email = await activity.post(PATH, {"template_id": "newer"})

    assert (email["subject"], email["description"]) == ("News", "Hello")


async def test_what_is_not_there_is_named(activity: Running) -> None:
    await heard(activity, "marketing.email_template.created", "email_templates", {**OFFER, "id": "good"})
    await heard(activity, "marketing.email_template.deleted", "email_templates", {**OFFER, "id": "gone"})
    nobody = {"regarding": {"collection": "leads", "id": "nobody"}}

    _, about = await activity.post(PATH, {**nobody, "template_id": "good"})
    _, by = await activity.post(PATH, {"template_id": "gone"})

    assert [(each["pointer"], each["code"]) for each in (*about["errors"], *by["errors"])] == [
        ("/regarding", "unknown_reference"),
        ("/template_id", "unknown_reference"),
    ]


async def test_by_an_inactive_template_nothing_new_is_written(activity: Running) -> None:
    idle = {**OFFER, "id": "idle", "state": "inactive"}
    await heard(activity, "marketing.email_template.deactivated", "email_templates", idle)

    status, problem = await activity.post(PATH, {"template_id": "idle"})

    assert (status, problem["code"]) == (409, "template_inactive")
