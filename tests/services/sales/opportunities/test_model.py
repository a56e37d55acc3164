from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.event import Event
from libs.contracts.sales import LossReason, OpportunitySnapshot, OpportunityState
from libs.domain.refusals import InvalidFields, MoveRefused
from services.sales.competitors.model import Competitor
from services.sales.leads.model import Lead
from services.sales.opportunities import model
from services.sales.opportunities.model import MOVES, Opportunity, Prospect, Standing
from services.sales.pipelines.model import DEFAULT, ENDS
from services.sales.stages import model as stages

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
OPEN = stages.begin(Opportunity(id="o-1", name="Card", estimated_value=Decimal("900.00")), DEFAULT, at=NOW, by="user-1")
GLOBEX = Competitor(id="competitor-1", name="Globex")
STANDINGS = {
    Standing.IN_PROGRESS: OPEN,
    Standing.ON_HOLD: OPEN.evolve(status_reason="on_hold"),
    Standing.WON: model.win(OPEN, actual_value=None, at=LATER)[0],
    Standing.LOST: model.lose(OPEN, reason=LossReason.OUT_SOLD, competitor=None, rival=GLOBEX, at=LATER)[0],
}
Move = Callable[[Opportunity], tuple[Opportunity, Event[OpportunitySnapshot]]]

ACTIONS: dict[str, Move] = {
    "win": lambda opportunity: model.win(opportunity, actual_value=None, at=LATER),
    "lose": lambda opportunity: model.lose(
        opportunity, reason=LossReason.CANCELED, competitor=None, rival=None, at=LATER
    ),
    "reopen": lambda opportunity: stages.reopen(opportunity, DEFAULT, at=LATER, by="user-2"),
    "move": lambda opportunity: stages.move(
        opportunity, DEFAULT, stage="proposal", probability=None, at=LATER, by="user-2"
    ),
    "hold": model.hold,
    "resume": lambda opportunity: model.resume(opportunity, at=LATER),
}


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("action", sorted(MOVES.actions))
def test_every_move_works_or_is_refused_as_the_table_says(standing: Standing, action: str) -> None:
    opportunity = STANDINGS[standing]
    assert opportunity.standing is standing

    if action in MOVES.open_actions(standing):
        after, event = ACTIONS[action](opportunity)
        assert after.standing is MOVES.after(action, state=standing)
        assert event.type.startswith("sales.opportunity.")
    else:
        with pytest.raises(MoveRefused) as refusal:
            ACTIONS[action](opportunity)
        assert refusal.value.extra["open_actions"] == MOVES.open_actions(standing)


@given(st.lists(st.sampled_from(sorted(MOVES.actions)), max_size=12))
def test_whatever_is_done_state_reason_forecast_and_history_agree(actions: list[str]) -> None:
    opportunity = OPEN
    for action in actions:
        if action in MOVES.open_actions(opportunity.standing):
            opportunity, _ = ACTIONS[action](opportunity)

    closed = opportunity.state is not OpportunityState.OPEN
    ended = opportunity.forecast_category in ENDS
    *earlier, last = opportunity.stage_history
    assert ended is closed
    assert (opportunity.closed_at is not None) is closed
    assert all(visit.left_at for visit in earlier)
    assert (last.left_at is not None) is closed
    assert last.stage == opportunity.stage


def test_a_win_brings_what_was_estimated_unless_another_value_is_given() -> None:
    estimated, _ = model.win(OPEN, actual_value=None, at=LATER)
    given_value, _ = model.win(OPEN, actual_value=Decimal(1200), at=LATER)

    assert (estimated.state, estimated.actual_value, estimated.probability) == ("won", Decimal("900.00"), 100)
    assert given_value.actual_value == Decimal(1200)
    assert (estimated.forecast_category, estimated.closed_at) == ("won", LATER)


def test_a_win_is_refused_for_a_value_finer_than_its_currency() -> None:
    with pytest.raises(InvalidFields) as refusal:
        model.win(OPEN, actual_value=Decimal("1.005"), at=LATER)

    assert refusal.value.errors[0].pointer == "/actual_value"


@pytest.mark.parametrize(
    ("rival", "competitor", "kept"),
    [(GLOBEX, None, ("competitor-1", "Globex")), (None, "Initech", (None, "Initech")), (None, None, (None, None))],
)
def test_a_loss_keeps_its_reason_and_who_was_better(
    rival: Competitor | None, competitor: str | None, kept: tuple[str | None, str | None]
) -> None:
    lost, event = model.lose(OPEN, reason=LossReason.OUT_SOLD, competitor=competitor, rival=rival, at=LATER)

    assert (lost.state, lost.status_reason, lost.probability) == ("lost", "out_sold", 0)
    assert (lost.competitor_id, lost.competitor) == (event.competitor_id, event.competitor) == kept
    assert event.reason == "out_sold"


def test_a_reopened_opportunity_forgets_how_it_ended() -> None:
    won, event = model.win(OPEN, actual_value=None, note="Best service", at=LATER)
    reopened, again = stages.reopen(won, DEFAULT, note="They want more", at=LATER, by="user-2")

    assert (won.outcome_note, event.note) == ("Best service", "Best service")
    assert (reopened.outcome_note, again.note) == (None, "They want more")


def test_a_lost_opportunity_that_is_reopened_has_no_rival_any_more() -> None:
    reopened, _ = stages.reopen(STANDINGS[Standing.LOST], DEFAULT, at=LATER, by="user-2")

    assert (reopened.state, reopened.status_reason) == ("open", "in_progress")
    assert (reopened.competitor_id, reopened.competitor, reopened.actual_value, reopened.closed_at) == (None,) * 4
    assert (reopened.probability, reopened.forecast_category) == (10, "pipeline")


@pytest.mark.parametrize(
    ("opportunity", "forecast"),
    [(OPEN, "won"), (OPEN, "lost"), (STANDINGS[Standing.WON], "pipeline")],
)
def test_a_forecast_does_not_contradict_the_state(opportunity: Opportunity, forecast: str) -> None:
    with pytest.raises(InvalidFields):
        model.require_open_forecast(opportunity.evolve(forecast_category=forecast))


def test_a_qualified_lead_becomes_an_opportunity_that_keeps_who_it_is() -> None:
    lead = Lead(
        id="lead-1",
        topic="Credit card",
        first_name="Ann",
        email="ann@example.org",
        company_name="Acme",
        source_campaign_id="campaign-1",
        estimated_value=Decimal(500),
        currency="USD",
        owner_id="user-7",
    )

    kept = model.from_lead(lead, id="o-1", name=None, estimated_value=None, close_date=None, customer=None)
    told = model.from_lead(lead, id="o-1", name="Gold", estimated_value=Decimal(0), close_date=None, customer=None)

    assert (kept.name, kept.lead_id, kept.source_campaign_id, kept.owner_id) == (
        "Credit card",
        "lead-1",
        "campaign-1",
        "user-7",
    )
    assert (kept.estimated_value, kept.currency, kept.pipeline_id) == (Decimal(500), "USD", "default")
    assert kept.prospect == Prospect(first_name="Ann", email="ann@example.org", company_name="Acme")
    assert (told.name, told.estimated_value) == ("Gold", Decimal(0))


def test_an_estimate_is_not_taken_over_into_another_currency() -> None:
    lead = Lead(id="lead-1", topic="Card", estimated_value=Decimal(500), currency="USD")

    def qualified(currency: str, value: Decimal | None = None) -> Opportunity:
        return model.from_lead(
            lead, id="o-1", name=None, estimated_value=value, close_date=None, customer=None, currency=currency
        )

    assert qualified("USD").estimated_value == Decimal(500)
    assert (qualified("EUR").estimated_value, qualified("EUR").currency) == (None, "EUR")
    assert qualified("EUR", Decimal(460)).estimated_value == Decimal(460)
