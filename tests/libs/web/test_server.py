"""How a process of a service is set up before it serves."""

from __future__ import annotations

import asyncio
import sys

from libs.web.server import ARENAS

THREADS_THAT_ALLOCATE = """
import ctypes, sys, threading
from libs.web.server import share_arenas


share_arenas()
together = threading.Barrier(12)

def work():
    together.wait()
    kept = [bytes(5000) for _ in range(200)]
    together.wait()

threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
library.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
library.malloc_info(0, library.fdopen(1, b"w"))
library.fflush(None)
"""


async def test_however_many_threads_allocate_they_share_few_pools_of_memory() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", THREADS_THAT_ALLOCATE, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert 1 <= told.count(b"<heap nr=") <= ARENAS


LARGE_BLOCKS_FREED = """
import re
from libs.web.server import return_freed


def resident():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmRSS:\\s+(\\d+)", status.read())[1])


return_freed()
bytearray(24 * 1024 * 1024)
before = resident()
blocks = [bytearray(b"x") * (512 * 1024) for _ in range(32)]
held = resident()
del blocks
print(held - before, resident() - before)
"""


async def test_memory_that_was_freed_goes_back_to_the_system() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LARGE_BLOCKS_FREED, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    held, left = map(int, told.split())
    assert held > 14 * 1024
    assert left < 4 * 1024
