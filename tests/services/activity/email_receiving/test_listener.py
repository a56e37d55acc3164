"""Mail is taken within TLS, and from those alone who sign in, where the operator wants it so."""

import ssl
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import aiosmtplib
import pytest
from pydantic import SecretStr, ValidationError

from libs.store.store import Store
from libs.web.mailing import MailServer
from libs.web.settings import ServiceSettings
from services.activity.email_receiving.listener import MAILBOX, Listener, listening
from services.activity.email_receiving.store import outcomes
from services.activity.settings import ActivitySettings
from tests.support.certificates import write_certificate
from tests.support.waiting import PATIENCE

NAME, PASSWORD = "relay", "pass:wörd"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
async def store(mongo_url: str, shared_database: str) -> AsyncIterator[Store]:
    store = await Store.open(mongo_url, f"{shared_database}_activity", service="activity", records=(), seconds=PATIENCE)
    yield store
    await store.close()


@pytest.fixture
async def port(store: Store, certificate: tuple[Path, Path]) -> AsyncIterator[int]:
    """Of a server that wants a sign-in."""
    async with listening(store, Listener(certificate=certificate, sign_in=(NAME, PASSWORD))) as port:
        yield port


async def accepted(store: Store) -> int:
    return (await outcomes(store)).get(MAILBOX, Counter())["waiting"]


async def refused(port: int, *commands: tuple[str, ...]) -> int:
    """The code of the answer to the last command, without TLS."""
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
    async with client:
        await client.ehlo()
        codes = [(await client.execute_command(*(each.encode() for each in command))).code for command in commands]
    return codes[-1]


def settings(**given: object) -> ActivitySettings:
    return ActivitySettings.model_validate(given)


async def test_who_signs_in_within_tls_hands_mail_over(
    store: Store, port: int, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    url = SecretStr(f"smtp://{NAME}:pass%3Aw%C3%B6rd@localhost:{port}")
    server = MailServer.of(ServiceSettings(smtp_url=url))
    assert server is not None
    before = await accepted(store)

    await server.send("inbox@example.org", "Hello", "there")

    assert await accepted(store) == before + 1


async def test_a_password_is_asked_for_and_never_taken_in_the_clear(store: Store, port: int) -> None:
    before, told = await accepted(store), b64encode(f"\0{NAME}\0{PASSWORD}".encode()).decode()

    assert await refused(port, ("MAIL", "FROM:<ana@example.org>")) == 530
    assert await refused(port, ("AUTH", "PLAIN", told)) == 538
    assert await accepted(store) == before


async def test_whoever_guesses_has_to_connect_anew(port: int, certificate: tuple[Path, Path]) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    codes = []
    async with aiosmtplib.SMTP(hostname="localhost", port=port, start_tls=True, tls_context=trusting) as client:
        await client.ehlo()
        for guess in ("a", "b", "c", PASSWORD):
            with pytest.raises(aiosmtplib.SMTPAuthenticationError) as error:
                await client.auth_plain(NAME, guess)
            codes.append(error.value.code)

    assert codes == [535, 535, 535, 421]


async def test_without_a_sign_in_tls_is_offered_and_not_demanded(store: Store, certificate: tuple[Path, Path]) -> None:
    before = await accepted(store)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    async with listening(store, Listener(certificate=certificate)) as port:
        for start_tls in (True, False):
            client = aiosmtplib.SMTP(hostname="localhost", port=port, start_tls=start_tls, tls_context=trusting)
            async with client:
                await client.sendmail("ana@example.org", ["inbox@example.org"], b"Subject: x\r\n\r\nx")

    assert await accepted(store) == before + 2


@pytest.mark.parametrize(
    "given",
    [
        {"mail_certificate_file": "c.pem"},
        {"mail_key_file": "k.pem"},
        {"mail_user": "relay", "mail_certificate_file": "c.pem", "mail_key_file": "k.pem"},
        {"mail_user": "relay", "mail_password": "x"},
    ],
)
def test_settings_that_would_take_passwords_in_the_clear_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings(**given)


def test_the_settings_say_how_mail_is_taken() -> None:
    files = {"mail_certificate_file": "c.pem", "mail_key_file": "k.pem"}

    whole = settings(mail_port=25, mail_user="relay", mail_password="x", **files)

    assert settings().listener is None
    assert whole.listener == Listener(port=25, certificate=(Path("c.pem"), Path("k.pem")), sign_in=("relay", "x"))
