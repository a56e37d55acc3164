"""`tandem run` as an operator uses it, with the fewest services that make a whole: the gateway and identity."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import aiohttp
import pytest

from deploy.local.home import PROJECT
from deploy.local.waiting import until
from tests.deploy.processes import eventually, is_alive, living_in
from tests.support.processes import run_program
from tests.support.waiting import PATIENCE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

HEARING_INTERRUPTS = ("env", "--default-signal=INT")
"""Whoever starts the tests in the background lets them ignore interrupts, and what they start as well."""

Tandem = Callable[..., AbstractAsyncContextManager[Process]]


@pytest.fixture
def tandem(tmp_path: Path) -> Tandem:
    environment = {name: value for name, value in os.environ.items() if name not in {"MONGO_URL", "AMQP_URL"}}
    words = ["-m", "libs.cli", "run", "--only", "gateway", "--only", "identity"]

    def run(home: Path = tmp_path) -> AbstractAsyncContextManager[Process]:
        own = {**environment, "TANDEM_HOME": str(home), "COLUMNS": "200"}
        argv = (*HEARING_INTERRUPTS, sys.executable, *words)
        return run_program(*argv, cwd=PROJECT, env=own, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)

    return run


async def output_until(process: Process, pattern: str) -> re.Match[str]:
    assert process.stdout is not None
    said = ""
    async for line in process.stdout:
        said += line.decode()
        if found := re.search(pattern, said):
            return found
    raise AssertionError(said)


async def signs_in(url: str, password: str) -> bool:
    credentials = {"username": "admin", "password": password}
    async with (
        aiohttp.ClientSession(url) as session,
        session.post("/api/v1/auth/token", json=credentials) as response,
    ):
        return response.status == 200


async def test_it_runs_alone_in_its_home_leaves_nothing_when_it_is_killed_and_starts_again(
    tandem: Tandem, tmp_path: Path
) -> None:
    async with tandem() as first:
        identity = (await output_until(first, r"identity started: process (\d+)"))[1]
        ready = await output_until(first, r"(?s)Tandem is ready.*Sign in +admin / (\S+).*Address +(\S+)/\n")
        password, url = ready.groups()
        assert await signs_in(url, password)

        async with tandem() as second:
            await output_until(second, rf"running already from {tmp_path} at {url} \(process {first.pid}\)")
            assert await second.wait() == 1

        os.kill(int(identity), signal.SIGKILL)
        await output_until(first, r"identity died: killed by SIGKILL, starting again")
        restarted = int((await output_until(first, r"identity started: process (\d+)"))[1])
        await eventually(lambda: is_alive(restarted))
        async with asyncio.timeout(PATIENCE):
            await until(lambda: signs_in(url, password))

        assert len(living_in(tmp_path)) >= 6
        first.kill()
        await first.wait()
    await eventually(lambda: living_in(tmp_path) == [])

    async with tandem() as again:
        await output_until(again, r"Tandem is ready")
        again.send_signal(signal.SIGTERM)
        await output_until(again, r"Tandem has stopped")
        assert await again.wait() == 0
    await eventually(lambda: living_in(tmp_path) == [])


async def test_a_signal_while_it_starts_stops_it_too(tandem: Tandem, tmp_path: Path) -> None:
    async with tandem() as starting:
        await output_until(starting, r"rabbitmq started")
        starting.send_signal(signal.SIGTERM)
        assert await starting.wait() == 0
    await eventually(lambda: living_in(tmp_path) == [])


async def test_two_that_start_at_the_same_moment_get_ports_of_their_own(tandem: Tandem, tmp_path: Path) -> None:
    async with tandem(tmp_path / "first") as first, tandem(tmp_path / "second") as second:
        ready = r"(?s)Tandem is ready.*Sign in +admin / (\S+).*Address +(\S+)/\n"
        found = await asyncio.gather(output_until(first, ready), output_until(second, ready))

        assert found[0][2] != found[1][2]
        assert [await signs_in(each[2], each[1]) for each in found] == [True, True]
        first.send_signal(signal.SIGTERM)
        second.send_signal(signal.SIGINT)
        assert [await first.wait(), await second.wait()] == [0, 0]
    await eventually(lambda: living_in(tmp_path) == [])
