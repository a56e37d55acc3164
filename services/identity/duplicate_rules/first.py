"""The duplicate rules that every installation has, made at the start where they are missing. They only warn."""

from typing import Final

from libs.contracts.duplicate_rules import DuplicateCondition, Likeness
from libs.store.context import Context
from libs.store.store import Store
from libs.store.work import UnitOfWork
from services.identity.duplicate_rules.model import DuplicateRule


def _rule(of: str, id: str, name: str, *conditions: DuplicateCondition) -> DuplicateRule:
    return DuplicateRule(id=f"{of}_{id}", of=of, name=name, conditions=conditions)


def _same(match: Likeness, *fields: str) -> DuplicateCondition:
    return DuplicateCondition(fields=fields, match=match)


_EMAIL: Final = _same(Likeness.EMAIL, "email")
_PHONE: Final = _same(Likeness.PHONE, "phone")
_NAME: Final = _same(Likeness.FOLDED, "full_name")

RULES: Final = (
    _rule("leads", "email", "Same e-mail", _EMAIL),
    _rule("leads", "phone", "Same phone number", _PHONE),
    _rule("leads", "name", "Same name and company", _NAME, _same(Likeness.FOLDED, "company_name")),
    _rule("accounts", "email", "Same e-mail", _EMAIL),
    _rule("accounts", "phone", "Same phone number", _PHONE),
    _rule("accounts", "name", "Same name", _same(Likeness.FOLDED, "name")),
    _rule("contacts", "email", "Same e-mail", _EMAIL),
    _rule("contacts", "phone", "Same phone number", _same(Likeness.PHONE, "phone", "mobile_phone")),
    _rule("contacts", "name", "Same name and account", _NAME, _same(Likeness.EXACT, "account_id")),
)


async def make_default_rules(store: Store) -> None:
    """Adds those that are missing; what administrators have made of the others stays."""

    async def command(work: UnitOfWork) -> None:
        ids = [rule.id for rule in RULES]
        known = {rule.id for rule in await work.find(DuplicateRule, {"_id": {"$in": ids}})}
        for rule in RULES:
            if rule.id not in known:
                work.add(rule)

    await store.run(command, Context())
