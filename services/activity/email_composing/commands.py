"""E-mails that are written by templates of marketing, as the copies of those have them."""

from typing import Annotated, Final

from pydantic import Field

from libs.contracts.activity import PartyRole
from libs.contracts.values import Reference, Value
from libs.domain.refusals import Refusal
from libs.mail.templates import render
from libs.store.copies import known_copies
from libs.store.merge_fields import merge_values
from libs.store.work import UnitOfWork
from services.activity.activities.model.email import Email
from services.activity.activities.model.parties import MOST_PARTIES, Party
from services.activity.email_contents.model import Written
from services.activity.email_contents.sanitising import shown
from services.activity.email_contents.store import put_body

TEMPLATES: Final = "email_templates"
_ACTIVE: Final = "active"


class ComposeEmail(Value):
    """By which template, what the e-mail is about, and who takes part."""

    template_id: Annotated[str, Field(min_length=1, max_length=64)]
    regarding: Reference | None = None
    parties: Annotated[tuple[Party, ...], Field(max_length=MOST_PARTIES)] = ()


class Template(Value):
    """What the copy of a template says."""

    state: str
    subject: str
    text: str | None = None
    html: str | None = None


class TemplateInactive(Refusal):
    """No new e-mail is written from an inactive template."""

    code = "template_inactive"


async def compose_email(work: UnitOfWork, request: ComposeEmail) -> Email:
    """A draft by the template. What the request refers to is known to lead somewhere."""
    template = await _template(work, request.template_id)
    recipient = next((party for party in request.parties if party.role is PartyRole.TO), None)
    written = render(template, await merge_values(work, request.regarding, recipient))
    body = shown(Written(text=written.text, html=written.html))
    email = Email(
        id=work.new_id(),
        subject=written.subject,
        description=body.beginning,
        regarding=request.regarding,
        parties=request.parties,
    ).begun(at=work.now)
    if body.html is not None:
        put_body(work, email.id, body)
        email = email.model_copy(update={"body_size": body.size})
    return work.add(email)


async def _template(work: UnitOfWork, template_id: str) -> Template:
    subject = f"{TEMPLATES}/{template_id}"
    template = Template(**(await known_copies(work.store, [subject]))[subject]["fields"])
    if template.state != _ACTIVE:
        raise TemplateInactive("the template is not active")
    return template
