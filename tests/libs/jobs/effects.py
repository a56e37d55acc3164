"""A record that stands for what a timer or a job brings about."""

from __future__ import annotations

from typing import Annotated

from libs.domain.fields import INDEXED
from libs.domain.record import Record
from libs.store.ids import new_id
from libs.store.store import Store
from libs.store.work import UnitOfWork


class Effect(Record, collection="effects", aggregate="sales.effect"):
    cause: Annotated[str, INDEXED]


def leave(work: UnitOfWork, cause: str) -> None:
    work.add(Effect(id=new_id(), cause=cause))


async def causes(store: Store) -> list[str]:
    """Of every effect so far, sorted."""
    effects = await store.collection("effects").find({}).to_list(None)
    return sorted(effect["cause"] for effect in effects)
