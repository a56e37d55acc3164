"""Makes the secrets of a composed installation on its first start, and keeps them.

Each service gets a directory with its own settings, the broker its definitions.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from deploy.rabbitmq.definitions import OPERATOR, VIRTUAL_HOST, definitions
from deploy.services import PORTS
from deploy.vault import Vault

SECRETS = "/run/tandem"
BROKER = "/run/broker"


def make_secrets(secrets: Path, broker: Path, admin_password: str | None) -> None:
    """`admin_password`, if given, replaces the one that was made."""
    passwords = {user: Vault(secrets / "broker").password(user) for user in (OPERATOR, *PORTS)}
    for service in PORTS:
        Vault(secrets / service).replace("TANDEM_AMQP_URL", _amqp_url(service, passwords))
    identity = Vault(secrets / "identity")
    if admin_password:
        identity.replace("TANDEM_ADMIN_PASSWORD", admin_password)
    identity.password("TANDEM_ADMIN_PASSWORD")
    identity.replace("TANDEM_SIGNING_KEY_FILE", str(identity.signing_key("signing_key.pem")))
    (broker / "definitions.json").write_text(json.dumps(definitions(passwords, [VIRTUAL_HOST])))


def _amqp_url(service: str, passwords: Mapping[str, str]) -> str:
    return f"amqp://{service}:{quote(passwords[service], safe='')}@rabbitmq:5672/{VIRTUAL_HOST}"


if __name__ == "__main__":
    make_secrets(Path(SECRETS), Path(BROKER), os.environ.get("TANDEM_ADMIN_PASSWORD"))
