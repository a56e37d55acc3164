"""What people do with cases."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from pydantic import Field

from libs.contracts.event import Event
from libs.contracts.service import CaseChildAdded, CaseSnapshot
from libs.contracts.values import Value
from libs.domain.fields import Line, Text
from libs.domain.record import Draft
from libs.domain.refusals import InvalidFields
from libs.store.work import UnitOfWork
from services.service.cases import model, store
from services.service.cases.model import Case, Pause, Solution


class HoldCase(Value):
    """Why nobody works on it for now."""

    status_reason: Pause = Pause.ON_HOLD


class EscalateCase(Value):
    reason: Line | None = None


class ResolveCase(Value):
    """What the customer was told, and what that took."""

    resolution: Annotated[Text, Field(min_length=1)]
    status_reason: Solution = Solution.PROBLEM_SOLVED
    time_spent_minutes: Annotated[int, Field(ge=0, le=1_000_000)] = 0


async def create_case(work: UnitOfWork, draft: Draft) -> Case:
    case = Case.drafted(draft, id=work.new_id())
    if case.parent_case_id is not None:
        await _put_under(work, case, case.parent_case_id)
    return work.add(case.model_copy(update={"number": await store.next_number(work)}))


async def change_case(work: UnitOfWork, current: Case, wanted: Case) -> Case:
    return work.save(await settle_case(work, current, wanted))


async def settle_case(work: UnitOfWork, current: Case, wanted: Case) -> Case:
    """The case as it may be saved."""
    if wanted.parent_case_id is not None and wanted.parent_case_id != current.parent_case_id:
        await _put_under(work, wanted, wanted.parent_case_id)
    return wanted


async def vet_merge(work: UnitOfWork, survivor: Case, duplicates: Sequence[Case]) -> None:
    """Raises `InvalidFields` where cases would come to be beneath one that is beneath another."""
    for place, duplicate in enumerate(duplicates):
        if survivor.parent_case_id is not None and await store.has_children(work, duplicate.id):
            pointer = f"/duplicates/{place}"
            raise InvalidFields.at(pointer, "one_level", "it has cases beneath it, and the survivor is beneath one")


async def restore_case(work: UnitOfWork, case: Case) -> Case:
    """Beneath its parent, if that is still there."""
    parent = await work.first(Case, {"_id": case.parent_case_id}) if case.parent_case_id else None
    if parent is not None:
        await _put_under(work, case, parent.id)
    return work.restore(case)


async def _put_under(work: UnitOfWork, case: Case, parent_id: str) -> None:
    """Saving the parent too lets no other command put it under a third case meanwhile."""
    parent = await work.get(Case, parent_id)
    model.require_one_level(case, parent, has_children=await store.has_children(work, case.id))
    work.save(parent, CaseChildAdded(child_case_id=case.id))


def moving(
    move: Callable[[Case], tuple[Case, Event[CaseSnapshot]]],
) -> Callable[[UnitOfWork, str], Awaitable[Case]]:
    """The command of a move that needs to know nothing more."""

    async def move_case(work: UnitOfWork, case_id: str) -> Case:
        return work.save(*move(await work.get_target(Case, case_id)))

    return move_case


async def hold_case(work: UnitOfWork, case_id: str, request: HoldCase) -> Case:
    return work.save(*model.hold(await work.get_target(Case, case_id), pause=request.status_reason))


async def escalate_case(work: UnitOfWork, case_id: str, request: EscalateCase) -> Case:
    case = await work.get_target(Case, case_id)
    return work.save(*model.escalate(case, reason=request.reason, at=work.now))


async def resolve_case(work: UnitOfWork, case_id: str, request: ResolveCase) -> Case:
    case = await work.get_target(Case, case_id)
    resolved = model.resolve(
        case,
        solution=request.status_reason,
        resolution=request.resolution,
        minutes=request.time_spent_minutes,
        at=work.now,
        by=work.context.actor_id,
    )
    return work.save(*resolved)
