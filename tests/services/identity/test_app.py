from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from libs.contracts.identity import DefaultRole
from libs.domain.grants import Operation, may
from libs.web.authentication import Caller
from libs.web.requests import DIRECTORY
from libs.web.settings import Environment, ServiceSettings
from services.identity.app import make_app
from services.identity.keys.signing import SigningKey
from services.identity.refusing import RefusesToStart
from tests.services.identity.running import Identity, settings_for


@pytest.mark.parametrize(
    ("password", "key", "reason"),
    [
        ("changeme", "good", "TANDEM_ADMIN_PASSWORD"),
        ("correct horse battery", "absent", "TANDEM_SIGNING_KEY_FILE"),
        ("correct horse battery", "weak", "TANDEM_SIGNING_KEY_FILE"),
    ],
)
async def test_weak_secrets_outside_development_refuse_to_start(
    tmp_path: Path, password: str, key: str, reason: str
) -> None:
    settings = settings_for(
        "", "", "none", tmp_path, environment=Environment.PRODUCTION, admin_password=SecretStr(password)
    )
    if key != "absent":
        pem = SigningKey.generate().to_pem() if key == "good" else b"secret"
        (tmp_path / "signing_key.pem").write_bytes(pem)

    with pytest.raises(RefusesToStart, match=reason):
        await make_app(settings)


async def test_the_first_roles_count_before_any_event_tells_of_them(settings: ServiceSettings) -> None:
    app = await make_app(settings.model_copy(update={"amqp_url": "amqp://guest:guest@127.0.0.1:1/"}))
    async with TestServer(app):
        grants = app[DIRECTORY].grants(Caller("new", "New", (DefaultRole.SALES_MANAGER,), "", "ui"))

    assert may(grants, "custom_fields", Operation.READ)


async def test_every_route_but_the_public_ones_asks_for_a_sign_in(identity: Identity) -> None:
    _, described = await identity.get("/openapi.json")
    public = {
        (method, path)
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if operation["security"] == []
    }

    assert {path for _, path in public} == {
        "/api/v1/auth/token", "/api/v1/auth/refresh", "/api/v1/auth/revoke", "/api/v1/auth/exchange",
        "/api/v1/auth/forgot_password", "/api/v1/auth/choose_password",
        "/api/v1/auth/jwks.json", "/internal/revoked_sessions", "/internal/directory",
        "/healthz", "/readyz", "/metrics",
    }  # fmt: skip
    for path, operations in described["paths"].items():
        for method in operations:
            if (method, path) not in public:
                status, _ = await identity.request(method.upper(), path.replace("{id}", "some"), {})
                assert status == 401, (method, path)
