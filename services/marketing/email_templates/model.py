"""An e-mail that is written once and sent to many, with fields for what differs."""

from typing import Annotated

from pydantic import Field

from libs.domain.fields import INDEXED, SEARCHED, Line, Text
from libs.domain.record import Record

LONGEST_HTML = 40_000


class EmailTemplate(Record, collection="email_templates", aggregate="marketing.email_template"):
    """`subject`, `text` and `html` have fields such as `{{ recipient.name }}`; docs/guides/e-mail.md lists them."""

    name: Annotated[Line, INDEXED, SEARCHED]
    subject: Annotated[Line, SEARCHED]
    text: Text | None = None
    html: Annotated[str, Field(max_length=LONGEST_HTML)] | None = None
