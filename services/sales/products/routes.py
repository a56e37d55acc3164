"""Products over HTTP."""

from typing import Final

from libs.web.resource import Action, Resource
from services.sales.products import commands
from services.sales.products.model import Product

RESOURCE: Final = Resource(
    Product,
    create=commands.create_product,
    change=commands.change_product,
    restore=commands.restore_product,
    actions=(
        Action("activate", commands.activate_product, "It is sold from now on", None, Product),
        Action("retire", commands.retire_product, "It is sold no longer", None, Product),
    ),
)
