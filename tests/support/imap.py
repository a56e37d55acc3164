"""A real IMAP server with one mailbox, in a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imap_tools import MailBoxUnencrypted

from tests.support.ports import unused_port
from tests.support.waiting import eventually

_USER: Final = "inbox"
_PASSWORD: Final = "opened"


@dataclass(frozen=True)
class ImapBox:
    port: int

    @property
    def url(self) -> str:
        return f"imap://{_USER}:{_PASSWORD}@127.0.0.1:{self.port}/INBOX"

    async def deliver(self, *mails: bytes) -> None:
        await asyncio.to_thread(self._append, mails)

    def _append(self, mails: tuple[bytes, ...]) -> None:
        with MailBoxUnencrypted("127.0.0.1", self.port).login(_USER, _PASSWORD) as box:
            for mail in mails:
                box.append(mail, "INBOX")

    async def answers(self) -> bool:
        try:
            await self.deliver()
        except OSError:
            return False
        return True


@asynccontextmanager
async def imap_box() -> AsyncIterator[ImapBox]:
    box = ImapBox(unused_port())
    where = ("--host", "127.0.0.1", "--port", str(box.port), "--no-tls")
    who = ("--demo-user", _USER, "--demo-password", _PASSWORD)
    program = Path(sys.executable).parent / "pymap"
    process = await asyncio.create_subprocess_exec(program, *where, "dict", *who)
    try:
        await eventually(box.answers)
        yield box
    finally:
        process.terminate()
        await process.wait()
