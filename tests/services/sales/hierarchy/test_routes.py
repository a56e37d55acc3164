"""The tree of accounts, as whoever asks may see it."""

from typing import Any

from tests.services.sales.test_routes import made
from tests.support.services import Running

OWN_ACCOUNTS = {"accounts": {"read": "own"}}


async def made_under(sales: Running, name: str, parent: str | None = None) -> str:
    return str((await made(sales, "accounts", {"name": name, "parent_account_id": parent}))["id"])


def names(node: dict[str, Any]) -> Any:
    return {node["name"]: [names(child) for child in node["children"]]} if node["children"] else node["name"]


async def test_the_whole_tree_is_shown_from_wherever_one_asks(sales: Running) -> None:
    group = await made_under(sales, "Group")
    south = await made_under(sales, "South", group)
    north = await made_under(sales, "North", group)
    await made_under(sales, "Harbour", north)

    for asked in (group, south, north):
        status, answer = await sales.get(f"/api/v1/accounts/{asked}/hierarchy")

        assert (status, answer["account_id"], answer["count"], answer["complete"]) == (200, asked, 4, True)
        assert names(answer["top"]) == {"Group": [{"North": ["Harbour"]}, "South"]}


async def test_what_cannot_be_seen_is_left_out_with_all_beneath_it(sales: Running) -> None:
    await sales.know("roles", {"id": "own", "permissions": OWN_ACCOUNTS})
    await sales.know("users", {"id": "rui", "roles": ["own"]})
    group = await made_under(sales, "Group")
    company, secret = await made_under(sales, "Company", group), await made_under(sales, "Secret", group)
    branch, hidden = await made_under(sales, "Branch", company), await made_under(sales, "Hidden", company)
    beneath = await made_under(sales, "Beneath", hidden)
    for each in (company, branch, beneath):
        await sales.post(f"/api/v1/accounts/{each}/share", {"user_id": "rui"})

    _, answer = await sales.get(f"/api/v1/accounts/{branch}/hierarchy", user_id="rui")
    status, _ = await sales.get(f"/api/v1/accounts/{secret}/hierarchy", user_id="rui")

    assert names(answer["top"]) == {"Company": ["Branch"]}
    assert status == 404


async def test_a_removed_account_is_no_part_of_the_tree(sales: Running) -> None:
    group = await made_under(sales, "Group")
    company = await made_under(sales, "Company", group)
    branch = await made_under(sales, "Branch", company)

    await sales.delete(f"/api/v1/accounts/{company}")

    _, above = await sales.get(f"/api/v1/accounts/{group}/hierarchy")
    _, below = await sales.get(f"/api/v1/accounts/{branch}/hierarchy")
    assert (names(above["top"]), names(below["top"])) == ("Group", "Branch")
