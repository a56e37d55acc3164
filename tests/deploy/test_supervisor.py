from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.home import PROJECT
from deploy.local.process import Command
from deploy.local.supervisor import BackOff, Happening, Supervisor, What
from tests.deploy.processes import eventually, is_alive

QUICK = BackOff(first=0.01, longest=0.05)
FOREVER = "exec sleep 1000"

Shell = Callable[..., Command]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    def command(script: str, name: str = "sleeper", *, stage: int = 0, grace: float = 5.0) -> Command:
        return Command(
            name=name,
            argv=["/bin/sh", "-c", script],
            environment={"PATH": "/usr/bin:/bin"},
            directory=tmp_path,
            log=tmp_path / "logs" / f"{name}.log",
            stage=stage,
            grace=grace,
        )

    return command


async def test_a_killed_process_is_started_again_and_the_reason_is_told(shell: Shell) -> None:
    told: list[Happening] = []
    async with Supervisor(told.append, QUICK) as supervisor:
        await supervisor.keep(shell(FOREVER))
        first = supervisor.pid("sleeper")
        supervisor.kill("sleeper", signal.SIGKILL)
        await eventually(lambda: supervisor.pid("sleeper") not in {first, None})
    deaths = [each.detail for each in told if each.what is What.DIED]
    assert deaths == ["killed by SIGKILL, starting again in 0.01 s"]


async def test_the_exit_code_of_what_ends_by_itself_is_told(shell: Shell) -> None:
    async with Supervisor(lambda _: None, QUICK) as supervisor:
        await supervisor.keep(shell("exit 3"))
        await eventually(lambda: supervisor.last_death("sleeper") == "exit code 3")


async def test_output_goes_to_the_log(shell: Shell) -> None:
    command = shell("echo out; echo error >&2; exec sleep 1000")
    async with Supervisor(lambda _: None) as supervisor:
        await supervisor.keep(command)
        await eventually(lambda: command.log.read_text() == "out\nerror\n")


async def test_leaving_stops_the_process_and_what_it_started(shell: Shell, tmp_path: Path) -> None:
    children = tmp_path / "children"
    async with Supervisor(lambda _: None) as supervisor:
        await supervisor.keep(shell(f"sleep 1000 & echo $! > {children}; wait"))
        await eventually(lambda: children.exists() and children.read_text())
        pids = [supervisor.pid("sleeper"), int(children.read_text())]
    await eventually(lambda: not any(pid and is_alive(pid) for pid in pids))


async def test_what_ignores_the_signal_to_end_is_killed(shell: Shell, tmp_path: Path) -> None:
    told: list[Happening] = []
    deaf = tmp_path / "deaf"
    async with Supervisor(told.append) as supervisor:
        await supervisor.keep(shell(f"trap '' TERM; touch {deaf}; while :; do sleep 1000; done", grace=0.1))
        await eventually(deaf.exists)
    assert told[-1] == Happening("sleeper", What.STOPPED, "killed by SIGKILL")


async def test_the_latest_stage_stops_first(shell: Shell) -> None:
    told: list[Happening] = []
    async with Supervisor(told.append) as supervisor:
        await supervisor.keep(shell(FOREVER, "service", stage=2))
        await supervisor.keep(shell(FOREVER, "database", stage=0))
        await supervisor.keep(shell(FOREVER, "broker", stage=1))
    stopped = [each.name for each in told if each.what is What.STOPPED]
    assert stopped == ["service", "broker", "database"]


async def test_what_is_stopped_stays_away_until_resumed(shell: Shell) -> None:
    async with Supervisor(lambda _: None, QUICK) as supervisor:
        await supervisor.keep(shell(FOREVER))
        await supervisor.stop("sleeper")
        assert supervisor.pid("sleeper") is None
        await supervisor.resume("sleeper")
        assert supervisor.pid("sleeper") is not None


async def test_killing_the_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    script = f"""
import asyncio, pathlib, sys
from deploy.local.process import Command, Process
path = pathlib.Path({str(tmp_path)!r})
async def main():
    process = await Process.start(Command(
        name="sleeper", argv=["/bin/sleep", "1000"], environment={{}}, directory=path, log=path / "log"))
    sys.stdout.write(f"{{process.pid}}\\n")
    sys.stdout.flush()
    await process.wait()
asyncio.run(main())
"""
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=PROJECT, stdout=asyncio.subprocess.PIPE
    )
    assert supervisor.stdout is not None
    sleeper = int(await supervisor.stdout.readline())
    assert is_alive(sleeper)
    supervisor.kill()
    await supervisor.wait()
    await eventually(lambda: not is_alive(sleeper))


async def test_a_program_that_does_not_exist_is_refused_at_once(tmp_path: Path) -> None:
    command = Command(name="nothing", argv=["/nowhere"], environment={}, directory=tmp_path, log=tmp_path / "log")
    async with Supervisor(lambda _: None) as supervisor:
        with pytest.raises(FileNotFoundError):
            await supervisor.keep(command)


def test_early_deaths_double_the_wait_up_to_the_longest() -> None:
    back_off = BackOff(first=0.2, longest=5.0)
    assert [back_off.delay(deaths) for deaths in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
