"""The assignment rule: who gets a new lead that nobody has been chosen for."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from libs.contracts.values import Value
from libs.domain.fields import INDEXED, LISTED, SEARCHED, Line
from libs.domain.record import Record
from libs.domain.refusals import FieldError, InvalidFields
from libs.domain.sharing import PrincipalId
from services.sales.scoring_rules.model import Condition

_TARGETS: Final = ("user_id", "user_ids", "team_id", "territories")


class Territory(Value):
    """Whose the leads are in which the rule's field has this value; case does not count."""

    value: Line
    user_id: PrincipalId


class AssignmentRule(Record, collection="assignment_rules", aggregate="sales.assignment_rule"):
    """The first rule by `position` whose `condition` a lead meets decides whose it is.

    A rule has one target: a user; several users, or the members of a team, in turn; or by the value of
    `territory_field`, such as `address/country`.
    """

    name: Annotated[Line, LISTED, SEARCHED]
    position: Annotated[int, INDEXED, Field(ge=0, le=100_000)] = 100
    condition: Condition | None = None
    user_id: PrincipalId | None = None
    user_ids: Annotated[tuple[PrincipalId, ...], Field(max_length=200)] = ()
    team_id: PrincipalId | None = None
    territory_field: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)?$")] | None = None
    territories: Annotated[tuple[Territory, ...], Field(max_length=500)] = ()

    @property
    def order(self) -> tuple[int, str]:
        return self.position, self.id

    def user_pointers(self) -> Iterator[tuple[str, str]]:
        """Each user that it names, by where it does."""
        if self.user_id is not None:
            yield "/user_id", self.user_id
        for number, user_id in enumerate(self.user_ids):
            yield f"/user_ids/{number}", user_id
        for number, territory in enumerate(self.territories):
            yield f"/territories/{number}/user_id", territory.user_id

    def of_territory(self, view: Mapping[str, Any]) -> str | None:
        """Whose the lead is by the value of the field; None where that is nobody's."""
        found: Any = view
        for part in (self.territory_field or "").split("/"):
            found = found.get(part) if isinstance(found, Mapping) else None
        value = str(found).casefold()
        return next((each.user_id for each in self.territories if each.value.casefold() == value), None)


def require_sound(rule: AssignmentRule) -> AssignmentRule:
    """The rule itself; raises `InvalidFields` unless it has one target."""
    if errors := list(_unsound(rule)):
        raise InvalidFields("the rule does not say to whom leads go", errors=errors)
    return rule


def _unsound(rule: AssignmentRule) -> Iterator[FieldError]:
    given = [name for name in _TARGETS if getattr(rule, name)]
    if not given:
        yield FieldError("/user_id", "missing", f"name one of {', '.join(_TARGETS)}")
    for name in given[1:]:
        yield FieldError(f"/{name}", "another_target", f"the rule has {given[0]} already")
    if bool(rule.territories) != (rule.territory_field is not None):
        yield FieldError("/territory_field", "missing", "territories go by a field, and a field has territories")
