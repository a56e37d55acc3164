"""E-mails as they go over the wire."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.activity import PartyRole
from libs.domain.attachments import Attachment
from services.activity.activities.model.email import Email
from services.activity.activities.model.parties import Party
from services.activity.email_contents.model import Body, Calendar
from services.activity.email_sending.composing import Letter, Sending, compose

NOW = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)
SENDING = Sending("Tandem <crm@example.org>", None)
EMAIL = Email(
    id="e",
    subject="Ihr Angebot - 5 €",
    message_id=f"<{'a' * 60}@mail.example.org>",
    in_reply_to=f"<{'b' * 90}@mail.example.org>",
    references=tuple(f"<{letter * 90}@mail.example.org>" for letter in "cdefghijklmnop"),
    parties=(
        Party(role=PartyRole.SENDER, name="Ana\r\nCosta", email="ana@example.org"),
        Party(role=PartyRole.TO, name="Zoë Müller, Esq.", email="zoe@example.com"),
        Party(role=PartyRole.CC, email="cc@example.com"),
        Party(role=PartyRole.BCC, email="secret@example.com"),
    ),
)


def composed(email: Email = EMAIL, *, body: Body | None = None, **options: Any) -> Letter:
    options = {"back": None, "at": NOW, "files": (), **options}
    files = options.pop("files")
    return compose(email, body or Body(text="Guten Tag"), files, SENDING, **options)


def read(letter: Letter) -> EmailMessage:
    message = message_from_bytes(letter.raw, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_headers_come_in_one_order_and_say_who_writes_to_whom() -> None:
    letter = composed()
    message = read(letter)

    assert message.keys()[:9] == [
        *("From", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References")
    ]
    assert (message["From"], message["Reply-To"]) == ("Ana Costa <crm@example.org>", "ana@example.org")
    assert message["To"].addresses[0].display_name == "Zoë Müller, Esq."
    assert (message["Subject"], message["Date"]) == (EMAIL.subject, "Tue, 05 May 2026 08:00:00 +0000")


def test_a_bcc_gets_the_mail_and_nobody_sees_it() -> None:
    letter = composed()

    assert letter.recipients == ("zoe@example.com", "cc@example.com", "secret@example.com")
    assert b"secret" not in letter.raw


def test_ids_of_messages_stay_as_they_are_however_long() -> None:
    message = read(composed())

    assert message["Message-ID"] == EMAIL.message_id
    assert message["In-Reply-To"].strip() == EMAIL.in_reply_to
    assert message["References"].split() == list(EMAIL.references)
    assert b"=?" not in composed().raw.partition(b"Message-ID")[2].partition(b"MIME-Version")[0]


def test_replies_and_bounces_go_where_the_token_is() -> None:
    letter = composed(back="inbox+token@example.org")

    assert (letter.sender, read(letter)["Reply-To"]) == ("inbox+token@example.org", "inbox+token@example.org")
    assert composed().sender == "crm@example.org"


def test_text_html_and_files_are_parts_of_it() -> None:
    file = Attachment(id="f", name="Angebot - neu.pdf", content_type="application/pdf", size=4, sha256="")
    body = Body(text="Guten Tag", html='<p>Guten Tag <img data-src="https://x/y.png"></p>', remote=True)

    message = read(composed(body=body, files=[(file, b"%PDF")]))

    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "Guten Tag"
    assert '<img src="https://x/y.png">' in html.get_content()
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Angebot - neu.pdf", b"%PDF")


@given(text=st.text(max_size=3000), subject=st.text(min_size=1, max_size=200).filter(str.isprintable))
def test_whatever_is_written_arrives_in_lines_that_every_server_takes(text: str, subject: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()

    letter = composed(EMAIL.evolve(subject=subject), body=Body(text=lines))

    assert all(len(line) <= 998 for line in letter.raw.split(b"\r\n"))
    assert letter.raw.isascii()
    plain = read(letter).get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == lines.rstrip("\n")


@given(text=st.text(alphabet=st.sampled_from("a é\r\n.\u2028"), max_size=200), lines=st.integers(1, 3))
def test_no_relay_has_to_change_what_a_signature_would_be_about(text: str, lines: int) -> None:
    file = Attachment(id="f", name="note.txt", content_type="text/plain", size=4, sha256="")
    calendar = Calendar(method="REQUEST", text="BEGIN:VCALENDAR\r\n" + "X-LONG:é\r\n" * lines + "END:VCALENDAR\r\n")
    body = Body(text=text, html=f"<p>{text}</p>" + "x" * 2_000, calendar=calendar)

    letter = composed(body=body, files=[(file, text.encode())], back="inbox+token@example.org")
    message = read(letter)

    rest = letter.raw.replace(b"\r\n", b"")
    assert (b"\r" in rest, b"\n" in rest) == (False, False)
    assert all(len(line) <= 998 for line in letter.raw.split(b"\r\n"))
    assert letter.raw.isascii()
    once = ("From", "Date", "Message-ID", "MIME-Version", "Subject", "Reply-To")
    assert {name: len(message.get_all(name, [])) for name in once} == dict.fromkeys(once, 1)
    assert message["From"].addresses[0].domain == SENDING.domain == letter.sender.partition("@")[2]


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed", "nonsense"])
def test_a_file_of_a_kind_that_would_be_taken_apart_goes_as_bytes(kind: str) -> None:
    file = Attachment(id="f", name="x.eml", content_type=kind, size=4, sha256="")

    (attached,) = read(composed(files=[(file, b"From")])).iter_attachments()

    assert (attached.get_content_type(), attached.get_content()) == ("application/octet-stream", b"From")
