"""What people do with accounts."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.accounts import model, store
from services.sales.accounts.model import Account


async def create_account(work: UnitOfWork, draft: Draft) -> Account:
    return work.add(model.named(Account.drafted(draft, id=work.new_id())))


async def change_account(work: UnitOfWork, current: Account, wanted: Account) -> Account:
    if wanted.parent_account_id != current.parent_account_id:
        await require_no_circle(work, wanted)
    return work.save(model.named(wanted))


async def require_no_circle(work: UnitOfWork, account: Account) -> None:
    """Raises `InvalidFields` where the account would come to belong to itself."""
    if account.parent_account_id:
        await store.alone_in_hierarchy(work)
        model.refuse_cycle(account, await store.ancestors(work, account.parent_account_id))
