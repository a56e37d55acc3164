"""`tandem backup` and `tandem restore`, from the command line to the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from typer.testing import CliRunner, Result

from libs.cli.main import app
from libs.store.backups.files import MANIFEST, file_of

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def tandem(mongo_url: str, database_name: str) -> Run:
    settings = {"TANDEM_MONGO_URL": mongo_url, "TANDEM_DATABASE_PREFIX": database_name}

    async def run(*words: str | Path, answer: str | None = None) -> Result:
        return await asyncio.to_thread(
            CliRunner().invoke, app, [str(word) for word in words], input=answer, env=settings
        )

    return run


@pytest.fixture
def leads(mongo_client: MongoClient[dict[str, Any]], database_name: str) -> Any:
    found = mongo_client[f"{database_name}_sales"]["leads"]
    found.insert_many([{"_id": str(number)} for number in range(3)])
    return found


async def test_a_backup_is_made_verified_and_restored(tandem: Run, leads: Any, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    made = await tandem("backup", "--service", "sales", backup)
    assert (made.exit_code, "3 documents of 1 services are in" in made.stdout) == (0, True), made.output
    assert "is whole: 3 documents." in (await tandem("backup", "verify", backup)).stdout
    leads.delete_many({})

    refused = await tandem("restore", backup, answer="n\n")
    assert (refused.exit_code, leads.count_documents({})) == (1, 0)
    restored = await tandem("restore", backup, "--yes")
    assert (restored.exit_code, leads.count_documents({})) == (0, 3), restored.output


async def test_every_service_is_saved_unless_some_are_named(tandem: Run, leads: Any, tmp_path: Path) -> None:
    assert "3 documents of 7 services" in (await tandem("backup", "make", tmp_path / "backup")).stdout


async def test_a_damaged_backup_is_not_restored(tandem: Run, leads: Any, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    await tandem("backup", backup)
    file_of(backup, "sales", "leads").write_bytes(b"")
    leads.insert_one({"_id": "later"})

    refused = await tandem("restore", backup, "--yes")

    assert (refused.exit_code, leads.count_documents({})) == (1, 4)
    assert "has changed since it was written" in refused.stderr
    (backup / MANIFEST).unlink()
    assert "no backup that was finished" in (await tandem("backup", "verify", backup)).stderr


async def test_an_unknown_service_is_refused_with_the_known_ones(tandem: Run, tmp_path: Path) -> None:
    result = await tandem("backup", tmp_path / "backup", "--service", "sails")
    assert result.exit_code == 1
    assert "There is no service sails: choose from identity, sales" in result.stderr
