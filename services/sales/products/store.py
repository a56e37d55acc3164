"""How products are found: by id, by what they consist of, and by what consists of them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from libs.contracts.catalogue import ProductState
from libs.store.work import UnitOfWork
from services.sales.products.model import MOST_LEVELS, Product

_BUNDLES: Final = ("composition", "products")


async def alone_with_bundles(work: UnitOfWork) -> None:
    """Lets one command at a time change what bundles consist of, and whether that is sold: two at once could close a
    circle that neither sees, or retire what a bundle that becomes active requires.
    """
    await work.take_turn(*_BUNDLES)


async def by_ids(work: UnitOfWork, ids: Collection[str]) -> Mapping[str, Product]:
    """Those of the products that whoever asks may see."""
    if not ids:
        return {}
    found = await work.find(Product, {"_id": {"$in": sorted(ids)}}, limit=len(ids))
    return {product.id: product for product in found if work.sees(product)}


async def with_components(work: UnitOfWork, ids: Collection[str]) -> Mapping[str, Product]:
    """These products as by `by_ids`, and what they consist of, all the way down."""
    found = dict(await by_ids(work, ids))
    wanted = _components(found.values()) - found.keys()
    for _ in range(MOST_LEVELS):
        if not wanted:
            break
        below = await by_ids(work, wanted)
        found |= below
        wanted = _components(below.values()) - found.keys()
    return found


def _components(products: Iterable[Product]) -> set[str]:
    return {each.product_id for product in products for each in product.components}


async def levels_below(work: UnitOfWork, product: Product) -> list[frozenset[str]]:
    """The ids of its components, then those of theirs, down to one level more than is allowed."""
    levels: list[frozenset[str]] = []
    next_level = frozenset(each.product_id for each in product.components)
    while next_level and len(levels) <= MOST_LEVELS:
        levels.append(next_level)
        query = {"_id": {"$in": sorted(next_level)}}
        bundles = await work.find(Product, query, limit=len(next_level))
        next_level = frozenset(each.product_id for bundle in bundles for each in bundle.components)
    return levels


async def active_components(work: UnitOfWork, product: Product) -> list[str]:
    """The ids of those that it requires and that are sold."""
    if not product.required_ids:
        return []
    query = {"_id": {"$in": product.required_ids}, "state": ProductState.ACTIVE}
    return [each.id for each in await work.find(Product, query, limit=len(product.required_ids))]


async def active_bundle_requiring(work: UnitOfWork, product_id: str) -> Product | None:
    required = {"components": {"$elemMatch": {"product_id": product_id, "required": True}}}
    return await work.first(Product, {**required, "state": ProductState.ACTIVE})
