"""A sale that several people make together."""

from decimal import Decimal
from typing import Any

import pytest

from libs.domain.refusals import InvalidFields
from libs.store.copies import seed_copies
from libs.web.executing import STORE
from services.sales.opportunities import model
from services.sales.opportunities.model import Opportunity
from tests.services.sales.test_routes import made
from tests.support.services import Running


def split(*shares: tuple[str, str]) -> Opportunity:
    splits = [{"user_id": user_id, "percent": Decimal(percent)} for user_id, percent in shares]
    return Opportunity.model_validate({"id": "o-1", "name": "Card", "splits": splits})


@pytest.mark.parametrize(
    "shares", [(), (("ana", "100"),), (("ana", "33.3333"), ("eva", "33.3333"), ("kim", "33.3334"))]
)
def test_shares_make_the_whole_to_the_last_digit(shares: tuple[tuple[str, str], ...]) -> None:
    assert model.require_whole(split(*shares)).splits == split(*shares).splits


@pytest.mark.parametrize(
    ("shares", "errors"),
    [
        ((("ana", "60"), ("eva", "39.9999")), [("/splits", "not_a_hundred")]),
        ((("ana", "50"), ("ana", "50")), [("/splits/1/user_id", "duplicate")]),
    ],
)
def test_other_shares_are_refused(shares: tuple[tuple[str, str], ...], errors: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidFields) as refusal:
        model.require_whole(split(*shares))

    assert [(error.pointer, error.code) for error in refusal.value.errors] == errors


async def test_shares_are_of_people_that_there_are(sales: Running) -> None:
    await seed_copies(sales.app[STORE], "users", [{"id": "ana", "name": "Ana"}, {"id": "eva", "name": "Eva"}])

    def shared(*names: str) -> dict[str, Any]:
        return {"splits": [{"user_id": name, "percent": 50} for name in names]}

    deal = await made(sales, "opportunities", {"name": "Card", **shared("ana", "eva")})
    assert deal["splits"] == [{"user_id": "ana", "percent": 50}, {"user_id": "eva", "percent": 50}]
    status, problem = await sales.patch(f"/api/v1/opportunities/{deal['id']}", {"splits": deal["splits"][:1]})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/splits")
