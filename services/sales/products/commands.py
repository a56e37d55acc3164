"""What people do with products."""

from libs.contracts.catalogue import ProductState
from libs.domain.record import Draft
from libs.domain.refusals import FieldError, InvalidFields
from libs.store.work import UnitOfWork
from services.sales.products import model, store
from services.sales.products.model import Product
from services.sales.tax_codes import store as tax_codes


async def create_product(work: UnitOfWork, draft: Draft) -> Product:
    product = model.require_sound(Product.drafted(draft, id=work.new_id()))
    await _require_known(work, product)
    return work.add(product)


async def change_product(work: UnitOfWork, current: Product, wanted: Product) -> Product:
    model.require_sound(wanted)
    await _require_known(work, wanted)
    if wanted.components != current.components:
        await _require_composable(work, wanted)
    return work.save(wanted)


async def restore_product(work: UnitOfWork, product: Product) -> Product:
    await _require_composable(work, product)
    return work.restore(product)


async def activate_product(work: UnitOfWork, product_id: str) -> Product:
    product = await work.get_target(Product, product_id)
    if product.required_ids:
        await store.alone_with_bundles(work)
    return work.save(*model.activate(product, active_ids=await store.active_components(work, product)))


async def retire_product(work: UnitOfWork, product_id: str) -> Product:
    product = await work.get_target(Product, product_id)
    await store.alone_with_bundles(work)
    bundle = await store.active_bundle_requiring(work, product_id)
    return work.save(*model.retire(product, required_by=bundle.id if bundle else None))


async def _require_known(work: UnitOfWork, product: Product) -> None:
    """Raises `InvalidFields` for a tax code or a component that is not there."""
    if product.tax_code is not None:
        await tax_codes.require_known(work, product.tax_code, "/tax_code")
    await require_products(
        work, {f"/components/{number}/product_id": each.product_id for number, each in enumerate(product.components)}
    )


async def require_products(work: UnitOfWork, pointers: dict[str, str]) -> None:
    """Raises `InvalidFields` naming, by its pointer, each id that leads to no product that the caller sees."""
    known = await store.by_ids(work, set(pointers.values()))
    errors = [
        FieldError(pointer, "unknown_reference", f"no record products/{product_id}")
        for pointer, product_id in pointers.items()
        if product_id not in known
    ]
    if errors:
        raise InvalidFields("a reference leads nowhere", errors=errors)


async def _require_composable(work: UnitOfWork, product: Product) -> None:
    """Raises `InvalidFields` where a bundle would come to contain itself, or `ComponentNotActive` where an active one
    would come to require what is not sold.
    """
    if not product.components:
        return
    await store.alone_with_bundles(work)
    model.refuse_cycle(product, await store.levels_below(work, product))
    if product.state is ProductState.ACTIVE:
        model.require_active(product, await store.active_components(work, product))
