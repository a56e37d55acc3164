"""A collection over HTTP, from its record class: create, read, list, change, remove, and named actions.

A plain slice needs no more than `Resource(Competitor)`; a deep one gives commands of its own.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from libs.domain import lifecycle
from libs.domain.lifecycle import Lifecycle
from libs.domain.record import Draft, Record
from libs.store.changes import Announcement
from libs.store.merging import Merging, plain_merging
from libs.store.moving import Restore, restore_led
from libs.store.work import UnitOfWork
from libs.web.access import Operation
from libs.web.action import Action
from libs.web.sharing import sharing_actions

__all__ = ["Action", "Resource", "lifecycle_actions"]

R = TypeVar("R", bound=Record)

Create = Callable[[UnitOfWork, Draft], Awaitable[R]]
Change = Callable[[UnitOfWork, R, R], Awaitable[R]]
"""Takes the record as it is and as the patch would have it; saves and returns what it is to be."""


Remove = Callable[[UnitOfWork, R], Awaitable[R]]

Warn = Callable[[UnitOfWork, Record], Awaitable[Mapping[str, str]]]
"""Headers of the answer that tell what whoever wrote a record may want to know. The write stands in any case."""


@dataclass(frozen=True, slots=True)
class Resource(Generic[R]):
    """What a service offers on one collection. `creatable` off: records come into being by other commands only.

    Records that can be merged are merged by `merging` where they have rules. `warn` is asked of what one request
    creates or changes.
    """

    record: type[R]
    create: Create[R] | None = None
    change: Change[R] | None = None
    remove: Remove[R] | None = None
    restore: Restore[R] | None = None
    actions: tuple[Action, ...] = ()
    creatable: bool = True
    removable: bool = True
    merging: Merging[R] | None = None
    warn: Warn | None = None

    @property
    def collection(self) -> str:
        return self.record.collection

    @property
    def label(self) -> str:
        """What one record is called: `lead`."""
        return self.record.aggregate.rpartition(".")[2]

    def all_actions(self) -> tuple[Action, ...]:
        """The resource's own actions and those that every record has."""
        named = {action.name for action in self.actions}
        common = [*sharing_actions(self.record), *lifecycle_actions(self.record)]
        if self.removable:
            common.append(self._restore_action())
        return (*self.actions, *(action for action in common if action.name not in named))

    def all_merging(self) -> Merging[R] | None:
        """How records that are the same are merged, where the model lets them be."""
        if not self.record.mergeable:
            return None
        return self.merging or plain_merging(self.record)

    async def create_record(self, work: UnitOfWork, draft: Draft) -> R:
        if self.create is not None:
            return await self.create(work, draft)
        return work.add(self.record.drafted(draft, id=work.new_id()))

    async def change_record(self, work: UnitOfWork, current: R, wanted: R) -> R:
        if self.change is not None:
            return await self.change(work, current, wanted)
        return work.save(wanted)

    async def warnings(self, work: UnitOfWork, result: object) -> Mapping[str, str]:
        return await self.warn(work, result) if self.warn is not None and isinstance(result, Record) else {}

    async def remove_record(self, work: UnitOfWork, record: R) -> R:
        return await self.remove(work, record) if self.remove is not None else work.remove(record)

    async def restore_record(self, work: UnitOfWork, record_id: str) -> R:
        """Brings a removed record back; raises as `restore_led`."""
        return await restore_led(work, await work.get_removed(self.record, record_id), self.restore)

    def _restore_action(self) -> Action:
        summary = f"Bring a removed {self.label} back"
        return Action("restore", self.restore_record, summary, None, self.record, operation=Operation.DELETE)


_LIFECYCLE: Final = {"activate": lifecycle.activate, "deactivate": lifecycle.deactivate}


def lifecycle_actions(record_type: type[Record]) -> list[Action]:
    """`activate` and `deactivate`, for records that have no states of their own."""
    if record_type.model_fields["state"].default != Lifecycle.ACTIVE or "state" in record_type.__annotations__:
        return []

    def action(name: str, move: Callable[[Record], Record]) -> Action:
        async def command(work: UnitOfWork, record_id: str) -> Record:
            record = await work.get_target(record_type, record_id)
            return work.save(move(record), Announcement(f"{record_type.aggregate}.{name}d"))

        return Action(name, command, f"{name.capitalize()} the record", None, record_type)

    return [action(name, move) for name, move in _LIFECYCLE.items()]
