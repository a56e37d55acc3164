"""The life of a campaign, walked through its table."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from libs.domain.refusals import InvalidFields, MoveRefused
from services.marketing.campaigns import model
from services.marketing.campaigns.model import MOVES, Campaign, CampaignState, PlannedTask

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
ACTIONS = sorted(MOVES.actions)


@pytest.mark.parametrize(("state", "action"), list(product(CampaignState, ACTIONS)))
def test_each_move_works_where_it_is_open_and_nowhere_else(state: CampaignState, action: str) -> None:
    campaign = Campaign(id="1", name="Spring", state=state)

    if action in MOVES.open_actions(state):
        moved, event = model.move(campaign, action, at=NOW)
        assert moved.state == MOVES.after(action, state=state)
        assert event.type.startswith("marketing.campaign.")
    else:
        with pytest.raises(MoveRefused) as refused:
            model.move(campaign, action, at=NOW)
        assert refused.value.extra["open_actions"] == MOVES.open_actions(state)


def test_a_campaign_comes_to_its_end_by_the_ordinary_way() -> None:
    campaign = Campaign(id="1", name="Spring")

    for action in ("make_ready", "launch", "suspend", "resume", "complete"):
        campaign, _ = model.move(campaign, action, at=NOW)

    assert (campaign.state, campaign.launched_at, campaign.completed_at) == (CampaignState.COMPLETED, NOW, NOW)


def test_a_copy_takes_the_plan_but_not_the_history() -> None:
    task = PlannedTask(subject="Print", due=date(2026, 4, 1), done=True)
    campaign = Campaign(id="1", name="Spring", start_date=date(2026, 5, 1), planned_tasks=(task,))
    launched, _ = model.move(campaign.evolve(state=CampaignState.READY), "launch", at=NOW)

    copy = model.copy(launched, id="2", name="Autumn")

    assert (copy.id, copy.name, copy.state) == ("2", "Autumn", CampaignState.PROPOSED)
    assert copy.planned_tasks == (PlannedTask(subject="Print"),)
    assert (copy.start_date, copy.launched_at) == (None, None)


def test_an_end_before_the_start_is_refused_at_its_field() -> None:
    campaign = Campaign(id="1", name="Spring", start_date=date(2026, 5, 2), end_date=date(2026, 5, 1))

    with pytest.raises(InvalidFields) as refused:
        model.require_order_of_dates(campaign)

    assert refused.value.errors[0].pointer == "/end_date"
