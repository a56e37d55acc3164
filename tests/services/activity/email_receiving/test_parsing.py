"""Mail of strangers is read as far as it goes, and never does any harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.values import Reference
from libs.store.clock import utc_now
from services.activity.email_contents.model import Written
from services.activity.email_contents.sanitising import shown
from services.activity.email_receiving.model import Incoming, Known, received
from services.activity.email_receiving.parsing import read_mail
from tests.services.activity.email_receiving.broken import SAMPLES, WORD


def everything_in(incoming: Incoming) -> str:
    files = "".join(f"{file.name} {file.content.decode('latin-1')}" for file in incoming.files)
    return f"{incoming.subject} {incoming.text} {incoming.html} {files}"


def recorded(incoming: Incoming) -> None:
    """It becomes a record that the database can hold."""
    email = received(incoming, Known(), (), id="e", at=utc_now())
    assert email.status_reason == "unmatched"
    email.model_dump_json().encode()
    if incoming.text or incoming.html:
        body = shown(Written(text=incoming.text, html=incoming.html))
        assert "onerror" not in (body.html or "")


@pytest.mark.parametrize("name", SAMPLES)
def test_of_a_broken_mail_everything_is_there(name: str) -> None:
    incoming = read_mail(SAMPLES[name])

    assert name == "empty" or WORD in everything_in(incoming)
    assert all(file.content_type != "message/rfc822" or file.content != SAMPLES[name] for file in incoming.files)
    recorded(incoming)


@given(raw=st.binary(max_size=500))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    recorded(read_mail(raw))


@given(sample=st.sampled_from(sorted(set(SAMPLES) - {"very_many_parts", "html_that_is_deep"})), data=st.data())
def test_a_broken_mail_that_is_broken_once_more_is_a_mail(sample: str, data: st.DataObject) -> None:
    raw = SAMPLES[sample][:3_000]
    start = data.draw(st.integers(0, len(raw)))
    inserted = data.draw(st.one_of(st.binary(max_size=20), st.sampled_from([b"\r\n", b"--x", b'"', b"=?utf-8?", b";"])))

    recorded(read_mail(raw[:start] + inserted + raw[start + data.draw(st.integers(0, 20)) :]))


def test_what_a_well_made_mail_says() -> None:
    incoming = read_mail(
        b"From: =?utf-8?Q?Zo=C3=AB_M=C3=BCller?= <Zoe@Example.org>\r\nTo: inbox@example.org, Bob <bob@example.org>\r\n"
        b"Cc: eve@example.org\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\nMessage-ID: <2@x>\r\nIn-Reply-To: <1@x>\r\n"
        b"References: <0@x>\r\n <1@x>\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\n\r\nHello\r\n--y\r\n"
        b"Content-Type: text/html; charset=latin-1\r\n\r\n<p>Gr\xfc\xdfe</p>\r\n--y--\r\n"
        b"--x\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        b"JVBERg==\r\n--x--\r\n"
    )

    assert incoming.sender is not None
    assert (incoming.sender.address, incoming.sender.name) == ("Zoe@Example.org", "Zoë Müller")
    assert incoming.addresses == {"zoe@example.org", "inbox@example.org", "bob@example.org", "eve@example.org"}
    assert (incoming.message_id, incoming.answered) == ("<2@x>", ("<1@x>", "<0@x>"))
    assert (incoming.subject, incoming.text, incoming.html) == ("Grüße", "Hello", "<p>Grüße</p>")
    assert [(file.name, file.content_type, file.content) for file in incoming.files] == [
        ("a.pdf", "application/pdf", b"%PDF")
    ]
    assert not incoming.automatic


@pytest.mark.parametrize(
    "line",
    [b"Auto-Submitted: auto-replied", b"Precedence: bulk", b"X-Autoreply: yes", b"List-Id: <news>", b"Sender: x"],
)
def test_what_a_machine_wrote_is_noted(line: bytes) -> None:
    incoming = read_mail(b"From: ana@example.org\r\n" + line + b"\r\n\r\nAway until Monday")

    assert incoming.automatic == (not line.startswith(b"Sender"))


def test_a_report_tells_for_whom_a_mail_failed() -> None:
    incoming = read_mail(REPORT)

    assert [(each.address, each.code, each.detail) for each in incoming.bounced] == [
        ("gone@example.com", "5.1.1", "550 no such user")
    ]
    assert incoming.about == "<1@example.org>"
    assert incoming.automatic


REPORT = (
    b"From: MAILER-DAEMON@example.com\r\nTo: inbox@example.org\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
    b"--x\r\n\r\nIt failed.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
    b"Reporting-MTA: dns; example.com\r\n\r\n"
    b"Final-Recipient: rfc822; Gone@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    b"Diagnostic-Code: smtp; 550 no such\r\n user\r\n\r\n"
    b"Final-Recipient: rfc822; slow@example.com\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n"
    b"--x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <1@example.org>\r\nSubject: Offer\r\n\r\nDear\r\n--x--\r\n"
)


def test_a_sender_whom_somebody_knows_is_whom_it_is_about() -> None:
    ana = Reference(collection="contacts", id="ana", name="Ana Costa")
    incoming = read_mail(b"From: Ana@example.org\r\nTo: me@example.org\r\n\r\nHello")

    email = received(incoming, Known(people={"ana@example.org": ana}, owner_id="eve"), (), id="e", at=utc_now())

    assert (email.state, email.status_reason, email.regarding, email.owner_id) == ("completed", "received", ana, "eve")
    assert [(each.role, each.id, each.email, each.name) for each in email.parties] == [
        ("sender", "ana", "ana@example.org", "Ana Costa"),
        ("to", None, "me@example.org", "me@example.org"),
    ]
