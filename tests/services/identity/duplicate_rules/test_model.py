"""What a duplicate rule may say."""

import pytest

from libs.contracts.identity import DuplicateCondition, Likeness
from libs.domain.refusals import InvalidFields
from services.identity.duplicate_rules.first import RULES
from services.identity.duplicate_rules.model import DuplicateRule, activate, deactivate, require_sound
from services.sales.accounts.model import Account
from services.sales.contacts.model import Contact
from services.sales.leads.model import Lead


def rule(*conditions: DuplicateCondition) -> DuplicateRule:
    return DuplicateRule(id="1", of="leads", name="Same", conditions=conditions)


def test_only_similar_values_are_similar_at_least() -> None:
    require_sound(rule(DuplicateCondition(fields=("name",), match=Likeness.SIMILAR, at_least=0.9)))

    with pytest.raises(InvalidFields) as refused:
        require_sound(rule(DuplicateCondition(fields=("name",), match=Likeness.FOLDED, at_least=0.9)))

    assert [error.pointer for error in refused.value.errors] == ["/conditions/0/at_least"]


def test_a_rule_rests_and_comes_back() -> None:
    resting, _ = deactivate(rule(DuplicateCondition(fields=("name",), match=Likeness.FOLDED)))

    assert resting.state == "inactive"
    assert activate(resting)[0].state == "active"


def test_the_first_rules_ask_for_fields_that_there_are() -> None:
    records = {record.collection: record for record in (Lead, Account, Contact)}

    assert {first.of for first in RULES} == records.keys()
    for first in RULES:
        asked = {path for condition in first.conditions for path in condition.fields}
        assert asked <= records[first.of].model_fields.keys()
