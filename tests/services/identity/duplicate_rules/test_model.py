"""What a duplicate rule may say."""

import pytest

from libs.contracts.duplicate_rules import DuplicateCondition, Likeness
from libs.domain.refusals import InvalidFields
from services.identity.duplicate_rules.first import RULES
from services.identity.duplicate_rules.model import DuplicateRule, activate, deactivate, require_sound
from services.sales.accounts.model import Account
from services.sales.contacts.model import Contact
from services.sales.leads.model import Lead


def rule(*conditions: DuplicateCondition, of: str = "leads") -> DuplicateRule:
    return DuplicateRule(id="1", of=of, name="Same", conditions=conditions)


def same(*fields: str) -> DuplicateCondition:
    return DuplicateCondition(fields=fields, match=Likeness.FOLDED)


def test_only_similar_values_are_similar_at_least() -> None:
    similar = DuplicateCondition(fields=("full_name",), match=Likeness.SIMILAR, at_least=0.9)
    require_sound(rule(similar), frozenset())

    with pytest.raises(InvalidFields) as refused:
        require_sound(rule(similar.model_copy(update={"match": Likeness.FOLDED})), frozenset())

    assert [error.pointer for error in refused.value.errors] == ["/conditions/0/at_least"]


def test_every_field_that_records_do_not_have_is_named() -> None:
    asked = rule(same("email", "emial"), same("address/city", "custom/vat_id", "custom/gone"))

    with pytest.raises(InvalidFields) as refused:
        require_sound(asked, frozenset({"vat_id"}))

    assert [error.pointer for error in refused.value.errors] == ["/conditions/0/fields/1", "/conditions/1/fields/2"]


def test_a_rule_is_for_records_that_there_are() -> None:
    with pytest.raises(InvalidFields) as refused:
        require_sound(rule(same("name"), of="search"), frozenset())

    assert [error.pointer for error in refused.value.errors] == ["/of"]


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
