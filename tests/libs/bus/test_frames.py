"""Frames written here are read by pamqp, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator

import pamqp.frame
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from libs.bus.message import Message
from libs.bus.rabbit.frames import PERSISTENT, Content, Delivered, body_in, content_in, delivered_in, publication
from libs.contracts.envelope import CONTENT_TYPE

SHORT = st.text(max_size=60)
PLACES = st.from_regex(r"[a-z_.]{0,60}", fullmatch=True)
HEADERS = st.dictionaries(SHORT.filter(bool), st.integers(0, 2**31 - 1) | SHORT, max_size=3)


def frames_in(data: bytes) -> Iterator[tuple[int, object]]:
    """Each with its channel, as pamqp reads them."""
    while data:
        size, channel, frame = pamqp.frame.unmarshal(data)
        yield channel, frame
        data = data[size:]


@given(
    message=st.builds(Message, SHORT, SHORT, st.binary(max_size=20), HEADERS),
    place=st.tuples(PLACES, PLACES),
    channel=st.integers(1, 65535),
    largest=st.integers(1, 9),
)
@example(Message("one", "sales.lead.won", b"x" * 10, {"tandem-attempts": 2}), ("crm.events", "sales.lead.won"), 3, 4)
def test_a_publication_says_what_its_message_is(
    message: Message, place: tuple[str, str], channel: int, largest: int
) -> None:
    exchange, key = place
    data = publication(message, exchange=exchange, key=key, channel=channel, largest=largest)
    channels, [publish, header, *bodies] = zip(*frames_in(data), strict=True)

    assert set(channels) == {channel}
    assert isinstance(publish, Basic.Publish)
    assert (publish.exchange, publish.routing_key, publish.mandatory) == (exchange, key, True)
    assert isinstance(header, ContentHeader)
    told = header.properties
    assert (header.body_size, told.content_type, told.delivery_mode) == (len(message.body), CONTENT_TYPE, PERSISTENT)
    assert (told.message_id or "", told.message_type or "", told.headers or {}) == (
        message.id,
        message.type,
        message.headers,
    )
    parts = [body.value for body in bodies if isinstance(body, ContentBody)]
    assert b"".join(parts) == message.body
    assert all(len(part) <= largest for part in parts)


@pytest.mark.parametrize("message", [Message("x" * 256, "t", b""), Message("x", "t" * 256, b"")])
def test_a_name_that_is_too_long_is_refused(message: Message) -> None:
    with pytest.raises(ValueError, match="256"):
        publication(message, exchange="crm.events", key="", channel=1, largest=100)


@given(tag=st.integers(0, 2**63 - 1), redelivered=st.booleans(), names=st.tuples(SHORT, PLACES, SHORT))
def test_the_beginning_of_a_delivery(tag: int, redelivered: bool, names: tuple[str, str, str]) -> None:  # noqa: FBT001
    consumer, exchange, key = names
    deliver = Basic.Deliver(consumer, tag, redelivered, exchange, key)
    assert delivered_in(pamqp.frame.marshal(deliver, 1)) == Delivered(consumer, tag, redelivered, key)


@given(
    size=st.integers(0, 2**63 - 1),
    properties=st.builds(
        Basic.Properties,
        content_type=st.none() | SHORT.filter(bool),
        delivery_mode=st.sampled_from([None, 1, 2]),
        headers=st.none() | HEADERS.filter(bool),
        message_id=st.none() | SHORT.filter(bool),
        message_type=st.none() | SHORT.filter(bool),
        app_id=st.none() | SHORT.filter(bool),
    ),
)
@example(1, Basic.Properties(CONTENT_TYPE, delivery_mode=2, message_id="one", message_type="sales.lead.won"))
def test_what_is_said_of_a_body(size: int, properties: Basic.Properties) -> None:
    content = content_in(pamqp.frame.marshal(ContentHeader(properties=properties, body_size=size), 1))
    assert content == Content(size, properties.message_id, properties.message_type, properties.headers)


@given(st.binary(min_size=1, max_size=50))
def test_a_part_of_a_body(part: bytes) -> None:
    assert body_in(pamqp.frame.marshal(ContentBody(part), 1)) == part
