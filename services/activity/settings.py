"""What an operator sets for activities beyond what every service has."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from libs.web.settings import ServiceSettings
from services.activity.email_receiving.listener import Listener
from services.activity.email_receiving.routes import Receiving
from services.activity.email_sending.postman import Pace


class ActivitySettings(ServiceSettings):
    """`mail_inbox` is the address where replies to sent e-mails are read, by `mail_port` or by `imap_url`.

    At `mail_port` STARTTLS needs a certificate and its key, and a sign-in needs STARTTLS.
    """

    mail_inbox: str | None = None
    mail_per_minute: int = Field(default=600, gt=0)
    mail_host: str = "127.0.0.1"
    mail_port: int | None = None
    mail_certificate_file: Path | None = None
    mail_key_file: Path | None = None
    mail_user: str | None = None
    mail_password: SecretStr | None = None
    imap_url: SecretStr | None = None
    imap_seconds: float = Field(default=60.0, gt=0)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.mail_certificate_file is None) != (self.mail_key_file is None):
            raise ValueError("a certificate and its key go together")
        if (self.mail_user is None) != (self.mail_password is None):
            raise ValueError("a user and a password go together")
        if self.mail_user is not None and self.mail_certificate_file is None:
            raise ValueError("a sign-in for mail needs a certificate: passwords are taken within TLS alone")
        return self

    @property
    def pace(self) -> Pace:
        return Pace(per_minute=self.mail_per_minute)

    @property
    def listener(self) -> Listener | None:
        if self.mail_port is None:
            return None
        certificate, key = self.mail_certificate_file, self.mail_key_file
        user, password = self.mail_user, self.mail_password
        return Listener(
            host=self.mail_host,
            port=self.mail_port,
            certificate=(certificate, key) if certificate and key else None,
            sign_in=(user, password.get_secret_value()) if user and password else None,
        )

    @property
    def receiving(self) -> Receiving:
        return Receiving(
            listen=self.listener,
            imap_url=None if self.imap_url is None else self.imap_url.get_secret_value(),
            poll_every=self.imap_seconds,
        )
