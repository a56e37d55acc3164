"""What else names custom fields asks here which there are."""

from collections.abc import Iterable

from libs.contracts.collections import CUSTOM
from libs.store.work import UnitOfWork
from services.identity.custom_fields.model import CustomField


async def names_among(work: UnitOfWork, collection: str, paths: Iterable[str]) -> frozenset[str]:
    """Those custom fields of the collection, deactivated ones too, that any of the paths names: `custom/vat_id`."""
    split = (path.partition("/") for path in paths)
    names = {member for field, _, member in split if field == CUSTOM and member}
    if not names:
        return frozenset()
    found = await work.find(CustomField, {"of": collection, "name": {"$in": sorted(names)}}, limit=len(names))
    return frozenset(field.name for field in found)
