"""Processes of one's own to kill, beside those of the suite."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tests.support.ports import unused_port


@asynccontextmanager
async def run_module(*arguments: str, environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m …`; told to end at the end, if it still runs then."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *arguments, env={**os.environ, **environment})
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.wait()


def settings_of_service(*, mongo_url: str, amqp_url: str, database: str, identity: str) -> dict[str, str]:
    """For a service that runs alone, but for somebody in the place of identity."""
    return {
        "TANDEM_ENVIRONMENT": "development",
        "TANDEM_MONGO_URL": mongo_url,
        "TANDEM_AMQP_URL": amqp_url,
        "TANDEM_DATABASE_PREFIX": database,
        "TANDEM_UPSTREAM_IDENTITY": identity,
        "TANDEM_AUDIENCE": "[]",
        "TANDEM_HTTP_PORT": str(unused_port()),
    }
