"""E-mails that no standard allows, and some that one does; each with a word that must be found again."""

from typing import Final

WORD: Final = "needle"
_HEAD: Final = b"From: ana@example.org\r\nTo: inbox@example.org\r\nSubject: needle\r\n"


def _mixed(*parts: bytes, end: bytes = b"--x--\r\n") -> bytes:
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
    return _HEAD + head + b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + end


_DEEP: Final = b"".join(
    b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (depth, depth) for depth in range(600)
)

SAMPLES: Final[dict[str, bytes]] = {
    "empty": b"needle"[:0],
    "no_header": b"needle in a text without any header",
    "no_body": _HEAD[:-2],
    "bare_line_feeds": _HEAD.replace(b"\r\n", b"\n") + b"\nneedle\n",
    "carriage_returns_alone": _HEAD.replace(b"\r\n", b"\r") + b"\rneedle\r",
    "null_bytes": _HEAD + b"X-Null: a\0b\r\n\r\nneedle\0needle\r\n",
    "raw_8bit_header": b"From: Zo\xeb <zoe@example.org>\r\nSubject: needle \xff\xfe\r\n\r\nneedle\r\n",
    "raw_8bit_body": _HEAD + b"\r\nneedle \xff\xfe\x80\r\n",
    "unknown_charset": _HEAD + b"Content-Type: text/plain; charset=klingon\r\n\r\nneedle \xe4\r\n",
    "charset_of_bytes": _HEAD + b"Content-Type: text/plain; charset=base64\r\n\r\nneedle\r\n",
    "wrong_charset": _HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\nneedle \xe4\xf6\r\n",
    "null_in_charset": _HEAD + b'Content-Type: text/plain; charset="utf-8\0"\r\n\r\nneedle\r\n',
    "unknown_encoded_word": b"From: a@example.org\r\nSubject: =?klingon?Q?needle?= =?utf-8?B?needle\r\n\r\nneedle\r\n",
    "broken_encoded_word": b"From: a@example.org\r\nSubject: =?utf-8?B?bmVl!!!?= needle =?utf-8?X?q?=\r\n\r\n",
    "broken_base64": _HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nbmVlZGxl*\r\n\xff=\r\n",
    "short_base64": _HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nbmVlZGxlb\r\n",
    "broken_quoted_printable": _HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\nneedle =ZZ =\r\n=",
    "unknown_transfer_encoding": _HEAD + b"Content-Transfer-Encoding: x-rot13\r\n\r\nneedle\r\n",
    "broken_uuencode": _HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nneedle\r\n\xff\r\n",
    "multipart_without_boundary": _HEAD + b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nneedle\r\n--x--\r\n",
    "multipart_that_never_ends": _mixed(b"\r\nneedle", end=b""),
    "multipart_that_never_begins": _HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\nneedle\r\n",
    "multipart_in_base64": _HEAD
    + b"Content-Transfer-Encoding: base64\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nneedle\r\n",
    "part_with_a_broken_header": _mixed(b"Content-Type text/plain\r\n\r\nneedle"),
    "type_of_nonsense": _HEAD + b"Content-Type: ;;;=\r\n\r\nneedle\r\n",
    "two_types": _HEAD + b"Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nneedle\r\n",
    "very_deep": _HEAD + _DEEP + b"\r\nneedle\r\n",
    "very_many_parts": _mixed(*[b"\r\nneedle"] * 3_000),
    "name_that_climbs": _mixed(b'Content-Disposition: attachment; filename="../../etc/\r\n needle"\r\n\r\nneedle'),
    "name_in_broken_rfc2231": _mixed(
        b"Content-Disposition: attachment; filename*0*=klingon''%ZZ; filename*1=needle\r\n\r\nneedle"
    ),
    "attached_mail_that_is_broken": _mixed(b"Content-Type: message/rfc822\r\n\r\n\xff\0: needle\r\nneedle"),
    "addresses_of_nonsense": b'From: <<>>,,@@; "\r\nTo: needle <, a@, @b, a b c\r\nCc: (((\r\n\r\nneedle\r\n',
    "address_group": b"From: a@example.org\r\nTo: undisclosed-recipients:;\r\nSubject: needle\r\n\r\n",
    "many_addresses": b"From: a@example.org\r\nTo: " + b"x@example.org, " * 5_000 + b"\r\n\r\nneedle\r\n",
    "id_of_nonsense": _HEAD + b"Message-ID: <<needle>@ \r\nReferences: " + b"x" * 5_000 + b"\r\n\r\nneedle\r\n",
    "long_subject": b"From: a@example.org\r\nSubject: needle " + b"x" * 100_000 + b"\r\n\r\n",
    "subject_with_controls": b"From: a@example.org\r\nSubject: needle\x07\x1b[31m\r\n\r\n",
    "report_without_report": _HEAD
    + b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nneedle\r\n--x--",
    "report_of_nonsense": _HEAD
    + b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nneedle\r\n--x\r\n"
    + b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nFinal-Recipient: ;;;\r\nStatus: \xff\r\n--x--",
    "html_of_nonsense": _HEAD + b"Content-Type: text/html\r\n\r\n<p><<img src=x onerror=alert(1)><table><!--needle",
    "html_that_is_deep": _HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 20_000 + b"needle",
}
