"""What people do with accounts."""

from collections.abc import Sequence

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.accounts import model, store
from services.sales.accounts.model import Account


async def create_account(work: UnitOfWork, draft: Draft) -> Account:
    return work.add(model.named(Account.drafted(draft, id=work.new_id())))


async def change_account(work: UnitOfWork, current: Account, wanted: Account) -> Account:
    return work.save(await settle_account(work, current, wanted))


async def settle_account(work: UnitOfWork, current: Account, wanted: Account) -> Account:
    """The account as it may be saved."""
    if wanted.parent_account_id != current.parent_account_id:
        await require_no_circle(work, wanted)
    return model.named(wanted)


async def vet_merge(work: UnitOfWork, survivor: Account, duplicates: Sequence[Account]) -> None:
    """Raises `BeneathDuplicate` where the survivor would come to belong to itself."""
    await store.alone_in_hierarchy(work)
    if survivor.parent_account_id:
        ancestors = await store.ancestors(work, survivor.parent_account_id)
        model.refuse_beneath(ancestors, [each.id for each in duplicates])


async def require_no_circle(work: UnitOfWork, account: Account) -> None:
    """Raises `InvalidFields` where the account would come to belong to itself."""
    if account.parent_account_id:
        await store.alone_in_hierarchy(work)
        model.refuse_cycle(account, await store.ancestors(work, account.parent_account_id))
