"""Bodies as they are kept, and as they go out."""

from services.activity.email_contents.model import Written
from services.activity.email_contents.sanitising import shown


def test_what_goes_out_has_its_pictures() -> None:
    body = shown(Written(html='<p><img src="https://x/y.png"></p>'))

    assert (body.html, body.sent) == ('<p><img data-src="https://x/y.png"></p>', '<p><img src="https://x/y.png"></p>')
