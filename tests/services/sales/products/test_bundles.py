"""Bundles consist of products that are sold, and never of themselves."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

import pytest

from libs.domain.refusals import InvalidFields, MoveRefused, Refusal
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.sales.products import commands, model
from services.sales.products.model import MOST_LEVELS, MOVES, Component, Product, ProductKind
from tests.services.sales.copies import add, do, draft, read


def part(id: str, state: str = "active") -> Product:
    return Product.model_validate({"id": id, "sku": id, "name": id, "state": state})


def bundle(id: str, *parts: str, state: str = "draft", required: bool = True) -> Product:
    components = [{"product_id": each, "quantity": 1, "required": required} for each in parts]
    return Product.model_validate(
        {"id": id, "sku": id, "name": id, "state": state, "kind": "bundle", "components": components}
    )


async def compose(work: UnitOfWork, product_id: str, *parts: str) -> Product:
    product = await work.get(Product, product_id)
    components = tuple(Component(product_id=each, quantity=Decimal(1)) for each in parts)
    return await commands.change_product(work, product, product.evolve(components=components))


def codes(refusal: InvalidFields) -> list[tuple[str, str]]:
    return [(each.pointer, each.code) for each in refusal.errors]


async def test_a_bundle_is_made_of_products_that_there_are(store: Store) -> None:
    await add(store, part("desk"))

    def wanted(*parts: str) -> dict[str, object]:
        return {"sku": "SET", "name": "Set", "kind": "bundle", "components": bundle("set", *parts).components}

    made = await do(store, commands.create_product, draft(Product, **wanted("desk")))
    with pytest.raises(InvalidFields) as refused:
        await do(store, commands.create_product, draft(Product, **wanted("desk", "nowhere")))

    assert made.components[0].product_id == "desk"
    assert codes(refused.value) == [("/components/1/product_id", "unknown_reference")]


@pytest.mark.parametrize("parts", [("outer",), ("desk", "outer")])
async def test_no_bundle_contains_itself(store: Store, parts: tuple[str, ...]) -> None:
    await add(store, part("desk"), bundle("inner", "desk"), bundle("outer", "inner"))

    with pytest.raises(InvalidFields) as refused:
        await do(store, compose, "inner", *parts)

    assert codes(refused.value) == [("/components", "cycle")]


async def test_two_bundles_put_into_each_other_at_once_make_no_circle(store: Store, other: Store) -> None:
    for number in range(10):
        one, two = f"one-{number}", f"two-{number}"
        await add(store, part(f"desk-{number}"), bundle(one, f"desk-{number}"), bundle(two, f"desk-{number}"))

        outcomes = await asyncio.gather(
            do(store, compose, one, two), do(other, compose, two, one), return_exceptions=True
        )

        assert [type(outcome) for outcome in outcomes].count(InvalidFields) == 1


async def test_a_bundle_is_sold_with_all_that_it_requires(store: Store) -> None:
    await add(store, part("desk"), part("lamp", state="draft"), bundle("set", "desk", "lamp"))

    with pytest.raises(Refusal) as refused:
        await do(store, commands.activate_product, "set")
    await do(store, commands.activate_product, "lamp")
    sold = await do(store, commands.activate_product, "set")

    assert (refused.value.code, refused.value.extra["product_ids"]) == ("component_not_active", ["lamp"])
    assert sold.state == "active"


async def test_an_active_bundle_takes_in_only_what_is_sold(store: Store) -> None:
    await add(store, part("desk"), part("lamp"), part("rug", state="draft"), bundle("set", "desk", state="active"))

    changed = await do(store, compose, "set", "desk", "lamp")
    with pytest.raises(Refusal) as refused:
        await do(store, compose, "set", "desk", "rug")

    assert [each.product_id for each in changed.components] == ["desk", "lamp"]
    assert refused.value.code == "component_not_active"


async def test_what_an_active_bundle_requires_is_not_retired(store: Store) -> None:
    await add(store, part("desk"), bundle("set", "desk", state="active"))

    with pytest.raises(Refusal) as refused:
        await do(store, commands.retire_product, "desk")
    await do(store, commands.retire_product, "set")

    assert (refused.value.code, refused.value.extra["bundle_id"]) == ("required_by_bundle", "set")
    assert (await do(store, commands.retire_product, "desk")).state == "retired"


async def test_what_a_bundle_only_offers_may_be_retired(store: Store) -> None:
    await add(store, part("desk"), part("lamp"), bundle("set", "lamp", state="active", required=False))

    await do(store, commands.retire_product, "lamp")

    assert (await read(store, Product, "set")).state == "active"


async def test_a_bundle_activated_while_a_component_retires_is_never_without_it(store: Store, other: Store) -> None:
    for number in range(10):
        desk, set_ = f"desk-{number}", f"set-{number}"
        await add(store, part(desk), bundle(set_, desk))

        await asyncio.gather(
            do(store, commands.activate_product, set_),
            do(other, commands.retire_product, desk),
            return_exceptions=True,
        )

        states = [(await read(store, Product, each)).state for each in (desk, set_)]
        assert states in (["active", "active"], ["retired", "draft"])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (
            {"kind": ProductKind.PRODUCT, "components": (Component(product_id="a", quantity=Decimal(1)),)},
            "not_for_this_kind",
        ),
        ({"kind": ProductKind.BUNDLE}, "missing"),
        (
            {"kind": ProductKind.BUNDLE, "components": (Component(product_id="a", quantity=Decimal(1)),) * 2},
            "duplicate",
        ),
    ],
)
def test_components_go_with_bundles_and_each_once(fields: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        model.require_sound(part("set").evolve(**fields))

    assert [each.code for each in refused.value.errors] == [code]


def test_bundles_have_a_bottom() -> None:
    with pytest.raises(InvalidFields) as refused:
        model.refuse_cycle(part("set"), [frozenset({f"level-{level}"}) for level in range(MOST_LEVELS + 1)])

    assert codes(refused.value) == [("/components", "too_deep")]


@pytest.mark.parametrize("state", ["draft", "active", "retired"])
@pytest.mark.parametrize("action", sorted(MOVES.actions))
def test_every_move_works_or_is_refused_as_the_table_says(state: str, action: str) -> None:
    product = part("desk", state)
    moves: dict[str, Callable[[], tuple[Product, object]]] = {
        "activate": lambda: model.activate(product, active_ids=()),
        "retire": lambda: model.retire(product, required_by=None),
    }

    if action in MOVES.open_actions(product.state):
        assert moves[action]()[0].state == MOVES.after(action, state=product.state)
    else:
        with pytest.raises(MoveRefused) as refused:
            moves[action]()
        assert refused.value.extra["open_actions"] == MOVES.open_actions(product.state)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "service", "bundle_price": "components"}, [("/bundle_price", "not_for_this_kind")]),
        (
            {
                "kind": "bundle",
                "bundle_price": "components",
                "list_price": 5,
                "components": bundle("x", "y").components,
            },
            [("/list_price", "derived")],
        ),
    ],
)
def test_only_a_bundle_costs_what_its_components_do_and_then_nothing_else(
    fields: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    with pytest.raises(InvalidFields) as refused:
        model.require_sound(Product.model_validate({"id": "1", "sku": "1", "name": "Set", **fields}))

    assert codes(refused.value) == expected
