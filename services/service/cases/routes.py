"""Cases over HTTP."""

from typing import Final

from libs.contracts.service import CaseMerged, CaseUnmerged
from libs.store.merging import Merging
from libs.web.resource import Action, Resource
from services.service.cases import commands, model
from services.service.cases.commands import EscalateCase, HoldCase, ResolveCase
from services.service.cases.model import Case

MERGING: Final = Merging(
    Case,
    CaseMerged,
    CaseUnmerged,
    combine=model.combined,
    settle=commands.settle_case,
    vet=commands.vet_merge,
    restore=commands.restore_case,
)

RESOURCE: Final = Resource(
    Case,
    create=commands.create_case,
    change=commands.change_case,
    restore=commands.restore_case,
    merging=MERGING,
    actions=(
        Action("research", commands.moving(model.research), "Look into it", None, Case),
        Action("hold", commands.hold_case, "Wait for now", HoldCase, Case),
        Action("resume", commands.moving(model.resume), "Work on it again", None, Case),
        Action("escalate", commands.escalate_case, "Ask for more attention", EscalateCase, Case),
        Action("resolve", commands.resolve_case, "The customer has their answer", ResolveCase, Case),
        Action("reopen", commands.moving(model.reopen), "Go on with an ended case", None, Case),
        Action("cancel", commands.moving(model.cancel), "Give the case up", None, Case),
    ),
)
