"""What people do with templates of e-mails."""

from libs.contracts.values import Reference, Value
from libs.domain.people import Somebody
from libs.domain.record import Draft
from libs.mail.sanitising import sanitised, text_of
from libs.mail.templates import render, require_sound
from libs.store.merge_fields import merge_values
from libs.store.work import UnitOfWork
from services.marketing.email_templates.model import EmailTemplate


class Occasion(Value):
    """What the e-mail would be about, and whom it would be for."""

    record: Reference | None = None
    recipient: Somebody | None = None


class Preview(Value):
    """An e-mail as it would be: `text` is its plain-text part, `html` is safe to show."""

    subject: str
    text: str | None = None
    html: str | None = None


async def create_template(work: UnitOfWork, draft: Draft) -> EmailTemplate:
    template = EmailTemplate.drafted(draft, id=work.new_id())
    require_sound(template)
    return work.add(template)


async def change_template(work: UnitOfWork, _: EmailTemplate, wanted: EmailTemplate) -> EmailTemplate:
    require_sound(wanted)
    return work.save(wanted)


async def preview_email(work: UnitOfWork, template_id: str, occasion: Occasion) -> Preview:
    """What the occasion refers to is known to lead somewhere."""
    template = await work.get_target(EmailTemplate, template_id)
    written = render(template, await merge_values(work, occasion.record, occasion.recipient))
    if written.html is None:
        return Preview(subject=written.subject, text=written.text)
    text = text_of(written.html) if written.text is None else written.text
    return Preview(subject=written.subject, text=text, html=sanitised(written.html)[0])
