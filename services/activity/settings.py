"""What an operator sets for activities beyond what every service has."""

from pydantic import Field, SecretStr

from libs.web.settings import ServiceSettings
from services.activity.email_receiving.routes import Receiving
from services.activity.email_sending.postman import Pace


class ActivitySettings(ServiceSettings):
    """`mail_inbox` is the address where replies to sent e-mails are read, by `mail_port` or by `imap_url`."""

    mail_inbox: str | None = None
    mail_per_minute: int = Field(default=600, gt=0)
    mail_host: str = "127.0.0.1"
    mail_port: int | None = None
    imap_url: SecretStr | None = None
    imap_seconds: float = Field(default=60.0, gt=0)

    @property
    def pace(self) -> Pace:
        return Pace(per_minute=self.mail_per_minute)

    @property
    def receiving(self) -> Receiving:
        return Receiving(
            listen=None if self.mail_port is None else (self.mail_host, self.mail_port),
            imap_url=None if self.imap_url is None else self.imap_url.get_secret_value(),
            poll_every=self.imap_seconds,
        )
