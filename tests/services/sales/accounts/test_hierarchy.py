import asyncio

import pytest

from libs.domain.refusals import InvalidFields
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.accounts import commands, model
from services.sales.accounts.model import MOST_LEVELS, Account
from tests.services.sales.copies import add, do, draft, read


async def put_under(work: UnitOfWork, account_id: str, parent_id: str | None) -> Account:
    account = await work.get(Account, account_id)
    return await commands.change_account(work, account, account.evolve(parent_account_id=parent_id))


def account(id: str, parent_id: str | None = None) -> Account:
    return Account(id=id, name=id, parent_account_id=parent_id)


async def test_an_account_may_belong_to_another(store: Store) -> None:
    await add(store, account("group"))

    created = await do(store, commands.create_account, draft(Account, name="Müller & Söhne", parent_account_id="group"))

    assert (created.parent_account_id, created.name_key) == ("group", "muller sohne")


@pytest.mark.parametrize("parent", ["group", "company", "branch"])
async def test_no_account_belongs_to_itself_or_to_one_below_it(store: Store, parent: str) -> None:
    await add(store, account("group"), account("company", "group"), account("branch", "company"))

    with pytest.raises(InvalidFields) as refusal:
        await do(store, put_under, "group", parent)

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/parent_account_id", "cycle")]


async def test_an_account_may_move_within_its_group_and_leave_it(store: Store) -> None:
    await add(store, account("group"), account("company", "group"), account("branch", "company"))

    await do(store, put_under, "branch", "group")
    await do(store, put_under, "company", "branch")
    await do(store, put_under, "branch", None)

    assert (await read(store, Account, "company")).parent_account_id == "branch"
    assert (await read(store, Account, "branch")).parent_account_id is None


async def test_two_accounts_put_under_each_other_at_once_make_no_circle(store: Store, other: Store) -> None:
    for number in range(10):
        one, two = f"one-{number}", f"two-{number}"
        await add(store, account(one), account(two))

        outcomes = await asyncio.gather(
            do(store, put_under, one, two), do(other, put_under, two, one), return_exceptions=True
        )

        assert [type(outcome) for outcome in outcomes].count(InvalidFields) == 1
        parents = {(await read(store, Account, each)).parent_account_id for each in (one, two)}
        assert parents in ({None, one}, {None, two})


def test_a_hierarchy_has_a_bottom() -> None:
    with pytest.raises(InvalidFields) as refusal:
        model.refuse_cycle(account("deepest"), [f"a-{level}" for level in range(MOST_LEVELS)])

    assert refusal.value.errors[0].code == "too_deep"
