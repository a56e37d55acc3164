"""What each answer of the broker means for a publication."""

from __future__ import annotations

import asyncio

import pytest
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import DeliveryError, PublishError
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from libs.bus.broker import NotConfirmed, Unroutable
from libs.bus.message import Message
from libs.bus.rabbit.landing import Landing

RETURNED = DeliveredMessage(Basic.Return(), ContentHeader(), b"", None)  # type: ignore[arg-type]  # it came by no channel


@pytest.fixture
async def landing() -> Landing:
    message = Message("one", "sales.lead.qualified", b"x" * 10, {"tandem-attempts": 2})
    return Landing(message, "crm.events", "sales.lead.qualified", asyncio.get_running_loop())


async def test_an_ack_confirms(landing: Landing) -> None:
    landing.set_result(Basic.Ack(1))
    await landing


@pytest.mark.parametrize("answer", [Basic.Nack(1), Basic.Reject(1), RETURNED, None])
async def test_nothing_but_an_ack_confirms(landing: Landing, answer: object) -> None:
    landing.set_result(answer)
    with pytest.raises(NotConfirmed):
        await landing


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (DeliveryError(None, Basic.Nack(1)), NotConfirmed),
        (PublishError(RETURNED, Basic.Return()), Unroutable),
        (ConnectionResetError(), NotConfirmed),
        (asyncio.CancelledError(), NotConfirmed),
    ],
)
async def test_failures_have_names(landing: Landing, error: BaseException, meaning: type[Exception]) -> None:
    landing.set_exception(error)
    with pytest.raises(meaning):
        await landing


async def test_an_answer_to_a_publication_that_was_given_up_changes_nothing(landing: Landing) -> None:
    landing.cancel()
    landing.set_result(Basic.Ack(1))
    landing.set_exception(ConnectionResetError())
    assert landing.cancelled()
