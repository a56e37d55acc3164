"""Bodies as they are kept: safe to show, whoever wrote them."""

from libs.mail.sanitising import sanitised, text_of
from services.activity.email_contents.model import Body, Written


def shown(body: Written) -> Body:
    """The body as it is kept."""
    if body.html is None:
        return Body(text=body.text)
    html, remote = sanitised(body.html)
    return Body(text=body.text if body.text is not None else text_of(body.html), html=html, remote=remote)
