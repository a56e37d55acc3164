"""What people do with price lists."""

from libs.domain.record import Draft
from libs.store.work import UnitOfWork
from services.sales.price_lists import model
from services.sales.price_lists.model import PriceList
from services.sales.products.commands import require_products


async def create_price_list(work: UnitOfWork, draft: Draft) -> PriceList:
    price_list = model.require_sound(PriceList.drafted(draft, id=work.new_id()))
    await _require_products(work, price_list, known=frozenset())
    return work.add(price_list)


async def change_price_list(work: UnitOfWork, current: PriceList, wanted: PriceList) -> PriceList:
    await _require_products(work, model.require_sound(wanted), known={item.product_id for item in current.items})
    return work.save(wanted)


async def _require_products(work: UnitOfWork, price_list: PriceList, *, known: set[str] | frozenset[str]) -> None:
    """Raises `InvalidFields` for new items whose product is not there; what the list had before may have gone since."""
    await require_products(
        work,
        {
            f"/items/{number}/product_id": item.product_id
            for number, item in enumerate(price_list.items)
            if item.product_id not in known
        },
    )
