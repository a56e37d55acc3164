"""What linter and type checker cannot hold. Every rule is shown a sample that breaks it, so that none falls silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.architecture import code_rules, code_samples, import_rules, import_samples
from tests.architecture.modules import Module, tree

RULES = (*code_rules.RULES, *import_rules.RULES)
BREACHES = (*code_samples.BREACHES, *import_samples.BREACHES)
ALLOWED = (
    *((code_rules.RULES, *sample) for sample in code_samples.ALLOWED),
    *((import_rules.RULES, *sample) for sample in import_samples.ALLOWED),
)

Rule = Callable[[Module], Iterator[str]]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    breaches = [breach for module in tree() for breach in rule(module)]

    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(("rule", "name", "text"), BREACHES)
def test_a_breach_is_named(rule: Rule, name: str, text: str) -> None:
    breaches = list(rule(Module.parse(name, text)))

    assert len(breaches) == 1
    assert breaches[0].startswith(name)


@pytest.mark.parametrize(("rules", "name", "text"), ALLOWED)
def test_the_way_meant_is_free(rules: tuple[Rule, ...], name: str, text: str) -> None:
    module = Module.parse(name, text)

    assert [breach for rule in rules for breach in rule(module)] == []


def test_every_rule_has_a_sample() -> None:
    assert {rule for rule, _, _ in BREACHES} == set(RULES)
