from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.domain.refusals import Refusal
from services.sales.leads.conditions import condition, require_condition, view_of
from services.sales.leads.model import Lead, ScorePart
from services.sales.scoring_rules.first import RULES
from services.sales.scoring_rules.model import ScoringRule, scored
from services.sales.scoring_rules.scoring import by_rules

LEAD = Lead.model_validate(
    {
        "id": "l-1",
        "email": "mira@example.org",
        "rating": "hot",
        "estimated_value": "10000.00",
        "birth_date": "1990-05-01",
        "created_at": "2026-11-20T09:30:00Z",
        "response_ids": ["r-1", "r-2"],
        "address": {"country": "PT"},
        "custom": {"segment": "crafts"},
    }
)


def rule(points: int, condition: str = "email ne null") -> ScoringRule:
    return ScoringRule(id=f"r{points}", name=f"{points} points", condition=condition, points=points)


@given(st.lists(st.integers(-100, 100), max_size=30))
def test_every_point_is_explained_and_the_score_stays_within_its_bounds(points: list[int]) -> None:
    score, explanation = scored(rule(each) for each in points)

    assert score == min(max(sum(part.points for part in explanation), 0), 100)
    assert [part.points for part in explanation] == points


@pytest.mark.parametrize(
    "met",
    [
        "rating eq 'hot' and email ne null",
        "estimated_value ge 10000",
        "estimated_value eq 10000",
        "birth_date lt 1995-01-01",
        "created_at ge 2026-11-20T09:00:00Z",
        "responses ge 2",
        "address/country eq 'PT'",
        "custom/segment in ('crafts', 'trade')",
        "phone eq null",
        "endswith(email, '@example.org')",
    ],
)
def test_a_condition_is_about_what_a_lead_is(met: str) -> None:
    require_condition(met, "/condition")

    assert condition(met)(view_of(LEAD))
    assert not condition(f"not ({met})")(view_of(LEAD))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("rating eq 'hott'", "invalid_choice"),
        ("nonsense eq 1", "unknown_field"),
        ("score ge 10", "unknown_field"),
        ("rating eq", "unreadable"),
        ("created_at ge now() sub duration'P7D'", "relative_time"),
        ("tags/any(t: t eq 'fair')", "unsupported"),
    ],
)
def test_what_is_no_condition_about_leads_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        require_condition(text, "/condition")

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/condition", code)]


def test_a_text_may_say_now() -> None:
    require_condition("topic eq 'now()'", "/condition")


def test_the_rules_of_a_fresh_installation_explain_a_score() -> None:
    for each in RULES:
        require_condition(each.condition, "/condition")
    figures: Any = by_rules(RULES, LEAD)

    assert figures["score"] == 60
    assert figures["score_explanation"] == (
        ScorePart(rule="Has an e-mail address", points=10),
        ScorePart(rule="Rated hot", points=25),
        ScorePart(rule="Has answered a campaign", points=10),
        ScorePart(rule="Worth 10,000 or more", points=15),
    )
