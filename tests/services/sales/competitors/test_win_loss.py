"""How often we won against each competitor, and how often it won against us."""

from typing import Any

import pytest

from tests.services.sales.test_routes import made
from tests.support.services import Running
from tests.support.waiting import eventually


async def test_the_record_against_a_competitor_is_what_the_opportunities_say(sales: Running) -> None:
    globex, initech = [(await made(sales, "competitors", {"name": name}))["id"] for name in ("Globex", "Initech")]

    async def deal(action: str | None, body: Any = None, **fields: Any) -> str:
        opportunity = await made(sales, "opportunities", {"name": "Card", "estimated_value": 100, **fields})
        path = f"/api/v1/opportunities/{opportunity['id']}"
        if action is not None:
            assert (await sales.post(f"{path}/{action}", body))[0] == 200
        return path

    both: dict[str, Any] = {"competitor_ids": [globex, initech]}
    await deal("win", {"actual_value": 120}, **both)
    await deal("win", competitor_ids=[globex], currency="USD")
    lost = await deal("lose", {"reason": "out_sold", "competitor_id": globex}, estimated_value=7)
    await deal("lose", {"reason": "out_sold", "competitor_id": globex}, estimated_value=5, **both)
    await deal("lose", {"reason": "canceled"}, **both)
    await deal(None, **both)
    await deal("lose", {"reason": "out_sold", "competitor": "Globex"})

    _, against = await sales.get(f"/api/v1/competitors/{globex}/win_loss")
    assert against == {
        "competitor_id": globex,
        "won": {"count": 2, "value": [{"currency": "EUR", "amount": 120}, {"currency": "USD", "amount": 100}]},
        "lost": {"count": 2, "value": [{"currency": "EUR", "amount": 12}]},
        "lost_otherwise": {"count": 1, "value": [{"currency": "EUR", "amount": 100}]},
        "open": {"count": 1, "value": [{"currency": "EUR", "amount": 100}]},
    }

    await sales.post(f"{lost}/reopen")
    _, against = await sales.get(f"/api/v1/competitors/{globex}/win_loss")
    _, other = await sales.get(f"/api/v1/competitors/{initech}/win_loss")
    assert (against["lost"]["count"], other["won"]["count"], other["lost"]["count"]) == (1, 1, 0)
    assert (await sales.get("/api/v1/competitors/nowhere/win_loss"))[0] == 404


async def test_a_sale_is_not_lost_to_a_competitor_that_is_not_there(sales: Running) -> None:
    opportunity = await made(sales, "opportunities", {"name": "Card"})

    status, problem = await sales.post(f"/api/v1/opportunities/{opportunity['id']}/lose", {"competitor_id": "nowhere"})

    assert (status, problem["errors"][0]["pointer"]) == (422, "/competitor_id")


@pytest.mark.parametrize("field", ["actual_value", "competitor_ids"])
async def test_nothing_is_told_that_is_made_of_what_a_role_hides(sales: Running, field: str) -> None:
    path = f"/api/v1/competitors/{(await made(sales, 'competitors', {'name': 'Globex'}))['id']}/win_loss"
    seen = {name: {"read": "all"} for name in ("competitors", "opportunities")}
    for role, fields in (("seeing", {}), (f"without_{field}", {field: "hidden"})):
        told = {"id": role, "permissions": seen, "fields": {"opportunities": fields}}
        await sales.know("roles", told)

    refused = await sales.get(path, roles=(f"without_{field}",))

    assert (refused[0], refused[1]["code"]) == (403, "forbidden")
    assert (await sales.get(path, roles=("seeing",)))[0] == 200


async def test_what_was_lost_to_one_that_was_entered_twice_counts_against_whom_it_became(sales: Running) -> None:
    kept, double = [(await made(sales, "competitors", {"name": name}))["id"] for name in ("Globex", "Globex Inc.")]
    deal = await made(sales, "opportunities", {"name": "Card", "competitor_ids": [double]})
    await sales.post(f"/api/v1/opportunities/{deal['id']}/lose", {"reason": "out_sold", "competitor_id": double})

    async def lost_to(id_: str) -> bool:
        return bool((await sales.get(f"/api/v1/competitors/{id_}/win_loss"))[1]["lost"]["count"])

    assert (await sales.post(f"/api/v1/competitors/{kept}/merge", {"duplicates": [double]}))[0] == 200
    await eventually(lambda: lost_to(kept))
    assert (await sales.post(f"/api/v1/competitors/{kept}/unmerge", {"duplicate": double}))[0] == 200
    await eventually(lambda: lost_to(double))
    assert not await lost_to(kept)
