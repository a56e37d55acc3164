"""When digests are due, on the clocks of those who want them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from libs.contracts.notifications import NotificationKind
from libs.contracts.values import Reference
from services.activity.digests.model import Mail, NotificationSettings, text_of
from services.activity.notifications.model import Notification

BERLIN = "Europe/Berlin"
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


def test_who_wants_no_mail_gets_none() -> None:
    assert NotificationSettings().next_digest(datetime(2026, 5, 4, tzinfo=UTC)) is None


def test_the_time_of_day_stays_when_the_clocks_change() -> None:
    settings = NotificationSettings(mail=Mail.DAILY, at="07:30", time_zone=BERLIN)

    before = settings.next_digest(datetime(2026, 3, 27, 12, tzinfo=UTC))
    after = settings.next_digest(datetime(2026, 3, 28, 12, tzinfo=UTC))

    assert (before, after) == (datetime(2026, 3, 28, 6, 30, tzinfo=UTC), datetime(2026, 3, 29, 5, 30, tzinfo=UTC))


@given(at=st.times(), after=MOMENTS, zone=st.sampled_from([BERLIN, "America/Santiago", "Australia/Lord_Howe"]))
def test_the_next_one_is_later_and_within_about_a_day(at: time, after: datetime, zone: str) -> None:
    settings = NotificationSettings(mail=Mail.DAILY, at=f"{at:%H:%M}", time_zone=zone)

    following = settings.next_digest(after)

    assert following is not None
    assert after < following <= after + timedelta(hours=25)


@pytest.mark.parametrize("at", ["24:00", "7:00", "07:60", "07:00:00", ""])
def test_what_is_no_time_of_day_is_refused(at: str) -> None:
    with pytest.raises(ValidationError):
        NotificationSettings(mail=Mail.DAILY, at=at)


def test_each_has_a_line_with_its_time() -> None:
    about = Reference(collection="activities", id="a")
    timed = Notification(
        id="1",
        kind=NotificationKind.REMINDER,
        title="Board\nof directors",
        about=about,
        happens_at=datetime(2026, 3, 30, 7, tzinfo=UTC),
    )
    untimed = timed.model_copy(update={"title": "Offer", "happens_at": None})

    assert text_of([timed, untimed], ZoneInfo(BERLIN), more=True) == (
        "2026-03-30 09:00  Board of directors\nOffer\n… and more\n"
    )
