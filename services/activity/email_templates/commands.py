"""Templates, and e-mails that are written by them."""

from typing import Annotated, Final

from pydantic import Field

from libs.contracts.activity import PartyRole
from libs.contracts.values import Reference, Value
from libs.domain.record import Draft
from libs.domain.refusals import InvalidFields, Refusal
from libs.store.copies import known_copies, seen
from libs.store.store import Document
from libs.store.work import UnitOfWork
from services.activity.activities.model.email import Email
from services.activity.activities.model.parties import MOST_PARTIES, Party
from services.activity.email_contents.model import Body
from services.activity.email_contents.sanitising import shown
from services.activity.email_contents.store import put_body
from services.activity.email_templates.model import EmailTemplate
from services.activity.email_templates.rendering import Values, render, require_sound

_ACTIVE: Final = "active"


class Occasion(Value):
    """What the e-mail is about, and who takes part."""

    regarding: Reference | None = None
    parties: Annotated[tuple[Party, ...], Field(max_length=MOST_PARTIES)] = ()


class ComposeEmail(Occasion):
    template_id: str


class Preview(Value):
    """An e-mail as it would be; `html` is safe to show."""

    subject: str
    text: str | None = None
    html: str | None = None


class TemplateInactive(Refusal):
    """Nothing new is written by it."""

    code = "template_inactive"


async def create_template(work: UnitOfWork, draft: Draft) -> EmailTemplate:
    template = EmailTemplate.drafted(draft, id=work.new_id())
    require_sound(template)
    return work.add(template)


async def change_template(work: UnitOfWork, _: EmailTemplate, wanted: EmailTemplate) -> EmailTemplate:
    require_sound(wanted)
    return work.save(wanted)


async def preview_email(work: UnitOfWork, template_id: str, request: Occasion) -> Preview:
    template = await work.get_target(EmailTemplate, template_id)
    subject, body = _written(template, await _values(work, request))
    return Preview(subject=subject, text=body.text, html=body.html)


async def compose_email(work: UnitOfWork, request: ComposeEmail) -> Email:
    """A draft by the template."""
    template = await work.get_target(EmailTemplate, request.template_id)
    if template.state != _ACTIVE:
        raise TemplateInactive("the template is not active")
    values = await _values(work, request)
    subject, body = _written(template, values)
    named = request.regarding and request.regarding.model_copy(update={"name": values["record"].get("name")})
    email = Email(
        id=work.new_id(), subject=subject, description=body.beginning, regarding=named, parties=request.parties
    ).begun(at=work.now)
    if body.html is not None:
        put_body(work, email.id, body)
        email = email.model_copy(update={"body_size": body.size})
    return work.add(email)


def _written(template: EmailTemplate, values: Values) -> tuple[str, Body]:
    rendered = render(template, values)
    return rendered.subject, Body() if rendered.body is None else shown(rendered.body)


async def _values(work: UnitOfWork, request: Occasion) -> Values:
    """What fields stand for; raises `InvalidFields` for a record that the caller does not see."""
    recipient = next((party for party in request.parties if party.role is PartyRole.TO), None)
    about = f"{request.regarding.collection}/{request.regarding.id}" if request.regarding else None
    subjects = {f"users/{work.context.actor_id}": None, about: "/regarding", _subject(recipient): "/parties"}
    wanted = {subject for subject in subjects if subject is not None}
    rows = await known_copies(work.store, wanted)
    visible = await seen(work.store, wanted, work.context.grants)
    for subject, pointer in subjects.items():
        if subject is not None and pointer is not None and not (subject in rows and subject in visible):
            raise InvalidFields.at(pointer, "missing", "no such record is known here")
    return {
        "record": _fields(rows.get(about or "")),
        "recipient": _fields(rows.get(_subject(recipient) or "")) | _particulars(recipient),
        "sender": _fields(rows.get(f"users/{work.context.actor_id}")),
    }


def _subject(party: Party | None) -> str | None:
    return f"{party.collection}/{party.id}" if party is not None and party.id else None


def _fields(row: Document | None) -> dict[str, str]:
    return {name: str(row[name]) for name in ("name", "email") if row.get(name)} if row else {}


def _particulars(party: Party | None) -> dict[str, str]:
    """What the request itself says of them."""
    given = {"name": party.name, "email": party.email} if party else {}
    return {name: value for name, value in given.items() if value}
