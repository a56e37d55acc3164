"""Deliveries leave a stream of frames, wherever it was cut; everything else stays in it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from unittest.mock import Mock

import pamqp.frame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.exceptions import UnmarshalingException
from pamqp.frame import FrameTypes
from pamqp.header import ContentHeader
from pamqp.heartbeat import Heartbeat

from libs.bus.rabbit import receiving
from libs.bus.rabbit.frames import Content, Delivered
from libs.bus.rabbit.receiving import ENOUGH, Frames, Receive
from tests.libs.bus.conditions import eventually

OURS, THEIRS = "ours", "theirs"
LARGEST_PART = 7


@dataclass(frozen=True)
class Told:
    tag: int
    id: str | None
    body: bytes


def delivery(tag: int, body: bytes, *, channel: int = 1, consumer: str = OURS) -> list[bytes]:
    """The frames of one message, whose id is its tag."""
    deliver = Basic.Deliver(
        consumer_tag=consumer, delivery_tag=tag, exchange="crm.events", routing_key="sales.lead.won"
    )
    header = ContentHeader(properties=Basic.Properties(message_id=str(tag)), body_size=len(body))
    parts = [ContentBody(body[start : start + LARGEST_PART]) for start in range(0, len(body), LARGEST_PART)]
    frames: list[FrameTypes] = [deliver, header, *parts]
    return [pamqp.frame.marshal(frame, channel) for frame in frames]


def other() -> bytes:
    return pamqp.frame.marshal(Basic.QosOk(), 1) + Heartbeat().marshal()


async def read(chunks: Sequence[bytes]) -> tuple[list[Told], bytes]:
    """What was delivered, and what is left for aiormq."""
    told: list[Told] = []

    def receive(delivered: Delivered, content: Content, body: bytes) -> None:
        told.append(Told(delivered.tag, content.id, body))

    receivers: dict[str, Receive] = {OURS: receive}
    frames = Frames(receivers, asyncio.get_running_loop())
    for chunk in chunks:
        frames.feed_data(chunk)
    frames.feed_eof()
    rest = await frames.read()
    await asyncio.sleep(0)
    return told, rest


@given(
    bodies=st.lists(st.binary(max_size=3 * LARGEST_PART), min_size=1, max_size=4),
    cuts=st.lists(st.integers(0, 400), max_size=12),
)
async def test_a_stream_may_be_cut_anywhere(bodies: list[bytes], cuts: list[int]) -> None:
    messages = [other() + b"".join(delivery(tag, body)) for tag, body in enumerate(bodies, 1)]
    stream = b"".join(messages) + other()
    places = sorted({0, *(cut for cut in cuts if cut < len(stream)), len(stream)})

    told, rest = await read([stream[start:end] for start, end in pairwise(places)])

    assert told == [Told(tag, str(tag), body) for tag, body in enumerate(bodies, 1)]
    assert rest == other() * (len(bodies) + 1)


async def test_messages_of_several_channels_may_come_piece_by_piece_in_turns() -> None:
    first, second = delivery(1, b"first of all", channel=1), delivery(2, b"and another", channel=2)

    told, rest = await read([frame for pair in zip(first, second, strict=True) for frame in pair])

    assert told == [Told(1, "1", b"first of all"), Told(2, "2", b"and another")]
    assert rest == b""


async def test_what_is_delivered_to_others_goes_on_to_them() -> None:
    theirs = b"".join(delivery(1, b"not for us", consumer=THEIRS))

    told, rest = await read([theirs, *delivery(2, b"ours")])

    assert told == [Told(2, "2", b"ours")]
    assert rest == theirs


async def test_what_is_cut_off_at_the_end_is_not_told() -> None:
    whole = b"".join(delivery(1, b"whole"))

    told, rest = await read([whole, delivery(2, b"never")[0], whole[:5]])

    assert told == [Told(1, "1", b"whole")]
    assert rest == whole[:5]


async def test_a_frame_that_is_none_ends_the_connection() -> None:
    deliver, *_ = delivery(1, b"")
    with pytest.raises(UnmarshalingException):
        await read([deliver[:-1] + b"\x00"])


class Source(asyncio.ReadTransport):
    """Knows whether it is read."""

    def __init__(self) -> None:
        super().__init__()
        self._reading = True
        self.closing = False

    def is_reading(self) -> bool:
        return self._reading

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        self._reading = True

    def is_closing(self) -> bool:
        return self.closing


@pytest.fixture
def source() -> Source:
    return Source()


APART = 0.5
"""Long enough that nothing comes later only because the machine is busy."""


@pytest.fixture
def frames(source: Source, monkeypatch: pytest.MonkeyPatch) -> Frames:
    """Of a connection that is read at leisure."""
    monkeypatch.setattr(receiving, "APART", APART)
    frames = Frames({OURS: Mock()}, asyncio.get_event_loop(), at_leisure=True)
    frames.set_transport(source)
    return frames


async def test_what_comes_soon_after_a_read_is_read_together_at_leisure(frames: Frames, source: Source) -> None:
    frames.feed_data(b"".join(delivery(1, b"first")))
    assert source.is_reading()

    frames.feed_data(b"".join(delivery(2, b"second")))

    assert not source.is_reading()
    await eventually(source.is_reading)


async def test_much_at_a_time_is_company_enough(frames: Frames, source: Source) -> None:
    for tag in 1, 2:
        frames.feed_data(b"".join(delivery(tag, bytes(ENOUGH))))

    assert source.is_reading()


async def test_questions_are_answered_at_once(frames: Frames, source: Source) -> None:
    for _ in range(2):
        frames.feed_data(other())

    assert source.is_reading()


async def test_a_connection_that_ends_meanwhile_is_not_read_again(frames: Frames, source: Source) -> None:
    for tag in 1, 2:
        frames.feed_data(b"".join(delivery(tag, b"")))
    source.closing = True

    await asyncio.sleep(1.5 * APART)

    assert not source.is_reading()
