from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from libs.cli.events import Heard, parse


async def lines(text: str) -> AsyncIterator[bytes]:
    for line in text.splitlines(keepends=True):
        yield line.encode()


@pytest.mark.parametrize(
    ("stream", "heard"),
    [
        ("id: 7\ndata: {}\n\n", [Heard("7", "{}")]),
        ("data: one\ndata: two\n\n", [Heard("", "one\ntwo")]),
        ("id: 7\r\ndata: a\r\n\r\ndata: b\r\n\r\n", [Heard("7", "a"), Heard("7", "b")]),
        (": still here\n\nevent: heartbeat\n\n", []),
        ("data: cut off", []),
    ],
)
async def test_a_stream_is_read_as_its_standard_says(stream: str, heard: list[Heard]) -> None:
    assert [each async for each in parse(lines(stream))] == heard
