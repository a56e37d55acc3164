"""Processes of one's own to kill, beside those of the suite."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.ports import unused_port


@asynccontextmanager
async def run_program(*argv: str | Path, **options: Any) -> AsyncIterator[Process]:
    """One that is killed at the end, if it still runs then."""
    started = await asyncio.create_subprocess_exec(*argv, **options)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


@asynccontextmanager
async def run_module(*arguments: str, environment: Mapping[str, str]) -> AsyncIterator[Process]:
    """`python -m …`; told to end at the end, if it still runs then."""
    async with run_program(sys.executable, "-m", *arguments, env={**os.environ, **environment}) as started:
        try:
            yield started
        finally:
            if started.returncode is None:
                started.terminate()
                await started.wait()


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
