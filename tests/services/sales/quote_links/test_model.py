"""Links lead to one revision of one quote, until they are too old, and cannot be made without the key."""

from datetime import UTC, datetime, timedelta

import pytest

from libs.contracts.documents import QuoteState, QuoteStatus
from services.sales.quote_links import model
from services.sales.quote_links.model import LinkExpired, LinkNotValid, QuoteNotOffered, Standing
from services.sales.quotes.model import Quote
from tests.services.sales.printing.samples import GOODS, TODAY, quote

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = b"k" * 32
OFFERED = model.make_link(quote(lines=GOODS), days=30, link_id="link-1", at=NOW)
assert OFFERED.link is not None
TOKEN = model.token_of(OFFERED, OFFERED.link, KEY)


def test_a_link_is_good_until_it_is_too_old() -> None:
    assert model.quote_id_in(TOKEN) == OFFERED.id
    model.require_valid(OFFERED, TOKEN, KEY, at=NOW + timedelta(days=29))
    with pytest.raises(LinkExpired):
        model.require_valid(OFFERED, TOKEN, KEY, at=NOW + timedelta(days=30))


@pytest.mark.parametrize(
    "changed",
    [
        OFFERED.evolve(link=None),
        OFFERED.evolve(id="quote-2"),
        OFFERED.evolve(revision=2),
        model.make_link(OFFERED, days=30, link_id="link-2", at=NOW),
        model.make_link(OFFERED, days=31, link_id="link-1", at=NOW),
    ],
    ids=["revoked", "other quote", "other revision", "replaced", "other end"],
)
def test_a_link_leads_nowhere_else(changed: Quote) -> None:
    with pytest.raises(LinkNotValid):
        model.require_valid(changed, TOKEN, KEY, at=NOW)


@pytest.mark.parametrize("token", ["", "quote-1", "quote-1.", TOKEN[:-1], TOKEN + "x", TOKEN.swapcase(), "quote-1.ä"])
def test_a_forged_link_is_not_valid(token: str) -> None:
    with pytest.raises(LinkNotValid):
        model.require_valid(OFFERED, token, KEY, at=NOW)
    with pytest.raises(LinkNotValid):
        model.require_valid(OFFERED, TOKEN, b"other key", at=NOW)


def test_only_what_is_offered_has_a_link() -> None:
    with pytest.raises(QuoteNotOffered):
        model.make_link(quote(state="draft"), days=1, link_id="link-1", at=NOW)


def test_the_standing_says_what_a_customer_can_make_of_it() -> None:
    closed = OFFERED.evolve(state=QuoteState.CLOSED)

    assert model.standing_of(OFFERED, TODAY) is Standing.OPEN
    assert model.standing_of(OFFERED, TODAY + timedelta(days=29)) is Standing.LAPSED
    assert model.standing_of(OFFERED.evolve(state=QuoteState.WON), TODAY) is Standing.ACCEPTED
    assert model.standing_of(closed.evolve(status_reason=QuoteStatus.DECLINED), TODAY) is Standing.DECLINED
    assert model.standing_of(closed.evolve(status_reason=QuoteStatus.REVISED), TODAY) is Standing.REVISED
    assert model.standing_of(closed.evolve(status_reason=QuoteStatus.CANCELED), TODAY) is Standing.WITHDRAWN
