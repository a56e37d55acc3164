import gzip
import re

import pytest

from tests.services.gateway.upstream import Running

PLAIN = {"Accept-Encoding": "identity"}


async def test_the_page_loads_nothing_from_elsewhere(gateway: Running) -> None:
    answer = await gateway.client.get("/docs", headers=PLAIN)
    page = await answer.text()

    assert answer.content_type == "text/html"
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links
    for link in links:
        assert link.startswith("/docs/")
        assert (await gateway.client.get(link)).status == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", ["/docs/start.js", "/docs/swagger-ui-bundle.js"])
async def test_scripts_are_utf_8(gateway: Running, path: str) -> None:
    answer = await gateway.client.get(path)

    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_page_asks_no_validator(gateway: Running) -> None:
    script = await (await gateway.client.get("/docs/start.js", headers=PLAIN)).text()

    assert "validatorUrl: null" in script
    assert "http" not in script


async def test_files_are_compressed_and_kept_by_browsers(gateway: Running) -> None:
    path = "/docs/swagger-ui-bundle.js"
    plain = await (await gateway.client.get(path, headers=PLAIN)).read()
    compressed = await gateway.client.get(path, headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(await compressed.read()) == plain
    again = await gateway.client.get(path, headers={"If-None-Match": compressed.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
