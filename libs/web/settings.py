"""What an operator sets, by environment variables that begin with `TANDEM_`."""

from enum import StrEnum
from pathlib import Path
from typing import Final

from aiohttp import web
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class ServiceSettings(BaseSettings):
    """Settings that every service has. Servers listen on loopback unless told otherwise."""

    model_config = SettingsConfigDict(env_prefix="TANDEM_", extra="ignore")

    environment: Environment = Environment.PRODUCTION
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    mongo_url: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    amqp_url: str = "amqp://127.0.0.1:5672/"
    database_prefix: str = "tandem"
    database_seconds: float = Field(default=5.0, gt=0)
    upstream_gateway: str = "http://127.0.0.1:8080"
    upstream_identity: str = "http://127.0.0.1:8101"
    upstream_sales: str = "http://127.0.0.1:8102"
    upstream_marketing: str = "http://127.0.0.1:8103"
    upstream_service: str = "http://127.0.0.1:8104"
    upstream_activity: str = "http://127.0.0.1:8105"
    upstream_reporting: str = "http://127.0.0.1:8106"
    upstream_journal: str = "http://127.0.0.1:8107"
    audience: frozenset[str] = frozenset(
        {"identity", "sales", "marketing", "service", "activity", "reporting", "journal"}
    )
    largest_import: int = Field(default=30 * 1024 * 1024, gt=0)
    largest_attachment: int = Field(default=25 * 1024 * 1024, gt=0)
    attachments_together: int = Field(default=100 * 1024 * 1024, gt=0)
    refused_attachments: frozenset[str] = frozenset(
        {"bat", "cmd", "com", "cpl", "exe", "hta", "jar", "js", "jse", "lnk", "msi", "pif", "ps1", "reg", "scr"}
        | {"vb", "vbe", "vbs", "wsf", "wsh"}
    )
    admin_password: SecretStr | None = None
    signing_key_file: Path | None = None
    smtp_url: SecretStr | None = None
    mail_from: str = "tandem@localhost"
    public_url: str = "http://127.0.0.1:8080"
    log_json: bool | None = None
    tracing_endpoint: str | None = None

    @property
    def is_development(self) -> bool:
        return self.environment is Environment.DEVELOPMENT

    def database_of(self, service: str) -> str:
        return f"{self.database_prefix}_{service}"

    def upstream(self, service: str) -> str:
        """The base URL of a service, without a slash at the end."""
        return str(getattr(self, f"upstream_{service}")).rstrip("/")


SETTINGS: Final = web.AppKey("settings", ServiceSettings)
