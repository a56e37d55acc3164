"""The campaign file becomes contacts, calls and answers, as their owners want them."""

import os
from collections import Counter
from datetime import date
from itertools import islice
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.cli.demo import campaign_file
from libs.cli.demo.campaign_file import Call
from libs.cli.demo.people import people
from libs.cli.trouble import Trouble
from libs.domain.record import draft_of
from services.activity.activities.model.kinds import AnyActivity
from services.sales.contacts.model import Contact

TODAY = date(2026, 11, 21)
REAL_FILE = Path(os.environ.get("TANDEM_CAMPAIGN_FILE", "../shared/data/bank-marketing.csv"))
HEADER = "age,job,contact,month,day_of_week,duration,output\n"


def age_on(day: date, born: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@given(today=st.dates(date(2020, 1, 1), date(2040, 12, 31)), age=st.integers(16, 100), number=st.integers(1, 100_000))
def test_a_client_is_today_as_old_as_the_file_says(today: date, age: int, number: int) -> None:
    assert age_on(today, campaign_file.birth_date(age, number, today=today)) == age


@given(
    month=st.integers(1, 12),
    weekday=st.integers(0, 6),
    number=st.integers(1, 1000),
    today=st.dates(date(2020, 1, 1), date(2040, 12, 31)),
)
def test_a_call_lies_in_the_latest_such_month_that_has_passed(
    month: int, weekday: int, number: int, today: date
) -> None:
    day = campaign_file.latest_day(month, weekday, number, today=today)

    assert (day.month, day.weekday()) == (month, weekday)
    assert day < today
    assert (today - day).days <= 366 + 31


def test_a_file_of_another_kind_is_refused_by_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("name,age\nAda,36\n")

    with pytest.raises(Trouble, match="no column contact"):
        campaign_file.read_calls(path, today=TODAY)


def test_a_bad_row_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "campaign.csv"
    path.write_text(f"{HEADER}30,admin.,cellular,may,mon,120,yes\nold,admin.,cellular,may,mon,120,no\n")

    with pytest.raises(Trouble, match="line 3"):
        campaign_file.read_calls(path, today=TODAY)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="cannot be read"):
        campaign_file.read_calls(tmp_path / "nothing.csv", today=TODAY)


def test_what_is_loaded_is_what_the_services_take() -> None:
    call = Call(number=7, age=30, job="admin.", day=date(2026, 5, 4), duration_seconds=120, interested=True)
    person = next(people())
    contact = campaign_file.contact_of(call, person, today=TODAY)

    draft_of(Contact).model_validate_json(_json(contact))
    for body in (campaign_file.phone_call_of(call, "c1"), campaign_file.response_of(call, "c1", "k1")):
        kind = AnyActivity.kinds[body["type"]]
        draft_of(kind).model_validate_json(_json(body))


def _json(body: object) -> bytes:
    return orjson.dumps(body)


def test_nobody_is_made_up_twice() -> None:
    crowd = list(islice(people(), 50_000))

    assert len({person.email for person in crowd}) == len({person.phone for person in crowd}) == len(crowd)
    assert crowd == list(islice(people(), 50_000))


@pytest.mark.skipif(not REAL_FILE.exists(), reason=f"the campaign file is not at {REAL_FILE}")
def test_the_real_file_is_read_to_the_last_row() -> None:
    calls = campaign_file.read_calls(REAL_FILE, today=TODAY)

    assert len(calls) == 41_188
    assert campaign_file.interested(calls) == 4_640
    assert sum(count for age, count in Counter(call.age for call in calls).items() if 25 <= age <= 35) == 15_445
