"""Invoices are numbered without a gap: whoever issues them at once, and whatever dies on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from libs.contracts.values import Reference
from libs.store.mongo import Database, Session
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.invoices import commands
from services.sales.invoices.commands import CancelInvoice
from services.sales.invoices.model import Invoice, InvoiceEmpty
from tests.services.sales.copies import add, all_of, do, draft

ACME = Reference(collection="accounts", id="account-1", name="Acme")
WORK = {"description": "Work", "quantity": 1, "unit_price": 50}


async def drafted(store: Store, count: int = 1) -> list[str]:
    """The ids of so many drafts."""
    body = draft(Invoice, name="Work", customer=ACME.model_dump(), lines=[WORK])
    return [(await do(store, commands.create_invoice, body)).id for _ in range(count)]


def numbers(first: int, last: int) -> list[str]:
    return [f"INV-{datetime.now(UTC).year}-{number:05}" for number in range(first, last + 1)]


class Killed(Exception):
    """Stands for the end of the process."""


class Dies:
    """Is written last in a transaction, after the number was taken in it."""

    async def apply(self, database: Database, session: Session) -> None:
        taken = await database["counters"].find_one({"_id": {"$regex": "^INV"}}, session=session)
        assert taken is not None, "the number is taken by now"
        raise Killed


async def issue_and_die(work: UnitOfWork, invoice_id: str) -> None:
    await commands.issue_invoice(work, invoice_id)
    work.private.append(Dies())


async def test_whoever_issue_at_once_get_the_numbers_from_one_on(store: Store, other: Store) -> None:
    ids = await drafted(store, 20)
    copies = [store, other] * 10

    await asyncio.gather(*(do(copy, commands.issue_invoice, id_) for copy, id_ in zip(copies, ids, strict=True)))

    assert sorted(str(each.number) for each in await all_of(store, Invoice)) == numbers(1, 20)


async def test_two_who_issue_one_invoice_at_once_use_one_number(store: Store, other: Store) -> None:
    first, second = await drafted(store, 2)

    outcomes = await asyncio.gather(
        *(do(copy, commands.issue_invoice, first) for copy in (store, other)), return_exceptions=True
    )
    issued = await do(store, commands.issue_invoice, second)

    assert len([each for each in outcomes if isinstance(each, Invoice)]) == 1
    assert [issued.number] == numbers(2, 2)


@pytest.mark.parametrize("before", [0, 1])
async def test_who_dies_between_the_number_and_the_commit_leaves_no_gap(store: Store, before: int) -> None:
    *issued, doomed, last = await drafted(store, before + 2)
    for each in issued:
        await do(store, commands.issue_invoice, each)

    with pytest.raises(Killed):
        await do(store, issue_and_die, doomed)
    survivor = await do(store, commands.issue_invoice, last)

    assert [survivor.number] == numbers(before + 1, before + 1)
    [unharmed] = [each for each in await all_of(store, Invoice) if each.id == doomed]
    assert (unharmed.state, unharmed.number) == ("draft", None)


async def test_what_is_refused_takes_no_number(store: Store) -> None:
    empty, whole = Invoice(id="empty", name="Nothing", customer=ACME), (await drafted(store))[0]
    await add(store, empty)

    with pytest.raises(InvoiceEmpty):
        await do(store, commands.issue_invoice, empty.id)

    assert [(await do(store, commands.issue_invoice, whole)).number] == numbers(1, 1)


async def test_each_series_counts_for_itself_and_each_year_begins_with_one(store: Store) -> None:
    first, second, third = await drafted(store, 3)

    def in_year(year: int, id_: str) -> Callable[[UnitOfWork], Awaitable[Invoice]]:
        async def command(work: UnitOfWork) -> Invoice:
            work.now = work.now.replace(year=year, day=1)
            return await commands.issue_invoice(work, id_)

        return command

    issued = [await do(store, in_year(year, id_)) for year, id_ in ((2031, first), (2031, second), (2032, third))]
    for each in issued[:2]:
        await do(store, commands.cancel_invoice, each.id, CancelInvoice())

    assert [each.number for each in issued] == ["INV-2031-00001", "INV-2031-00002", "INV-2032-00001"]
    notes = await store.collection("credit_notes").find().sort("number", 1).to_list(None)
    year = datetime.now(UTC).year
    assert [each["number"] for each in notes] == [f"CN-{year}-00001", f"CN-{year}-00002"]
