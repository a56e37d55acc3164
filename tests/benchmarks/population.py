"""People and sales as a large installation knows them, the same for the same seed.

Names repeat as they do in life: a few are everywhere, most are rare. Of ten sales five are under way.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any, Final

from libs.contracts.sales import OpportunityState
from libs.domain.people import fold
from services.sales.pipelines.model import DEFAULT

SEED: Final = 20_260_101

FIRST_NAMES: Final = """
    Anna Peter Maria Thomas Sofia Michael Laura Andreas Julia Stefan Katarzyna José Céline Jürgen François Zoë Björn
    Agnieszka Luís Inês Søren Åsa Łukasz Márta Günther Noémie Dragan Elif Mehmet Yuki Hiroshi Priya Rahul Ngozi Chidi
    Fatima Omar Leïla Ivan Olga Dmitri Svetlana Chloé Liam Emma Olivia Noah Charlotte Benjamin Margarida Tomás Beatriz
"""
STEMS: Final = """
    Berg Stein Wald Holm Lind Kraus Schön Grün Weiß Blum Rosen Silber Gold Adler Fuchs Wolf Bär Vogel Eich Buch Tann
    Stark Lang Kurz Hoch Nieder Ober Unter Neu Alt Kowal Nowak Petr Ivan Popov Horv Nagy Szab Fernand Rodrig Gonzál
    Mart Silv Per Ferr Ross Bianch Moretti Dub Lef Mor Laur Ander Peter Hans Niel Jen Carls Erik Olaf Thor Mac Fitz
"""
ENDINGS: Final = """
    er mann feld hoff bach tal heim burg dorf brück müller meier schmidt hauser bauer ski czyk ov enko ez ini elli
    eau ard sen son gren quist strand berg land
"""
JOBS: Final = ("Buyer", "Head of Sales", "Engineer", "Managing Director", "Assistant", "Accountant", "Consultant")
WARES: Final = ("Desks", "Chairs", "Lamps", "Advice", "Maintenance", "Shelves", "Carpets")
COUNTRIES: Final = ("+49", "+351", "+48", "+46", "+1")
OWNERS: Final = 200
BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Population:
    """Makes people and sales, one after the other."""

    def __init__(self, seed: int = SEED) -> None:
        self._chance = random.Random(seed)
        self._first = FIRST_NAMES.split()
        self._last = [f"{stem}{ending}" for stem in STEMS.split() for ending in ("", *ENDINGS.split())]
        self._chance.shuffle(self._last)
        self._weights = list(accumulate(1 / (rank + 20) for rank in range(len(self._last))))

    def contacts(self, count: int) -> Iterator[dict[str, Any]]:
        """Fields of contacts, no two of which have the same e-mail."""
        return (self._contact(number) for number in range(count))

    def _contact(self, number: int) -> dict[str, Any]:
        first, [last] = self._chance.choice(self._first), self._chance.choices(self._last, cum_weights=self._weights)
        at = BEGINNING + timedelta(minutes=self._chance.randrange(450_000))
        return {
            "id": f"contact-{number:07}",
            "owner_id": f"user-{self._chance.randrange(OWNERS)}",
            "created_at": at,
            "modified_at": at,
            "first_name": first,
            "last_name": last,
            "job_title": self._chance.choice(JOBS),
            "email": f"{_plain(first)}.{_plain(last)}{number}@example.org",
            "phone": self._phone(),
        }

    def opportunities(self, count: int) -> Iterator[dict[str, Any]]:
        """Fields of opportunities in the default pipeline; those that ended did so in three years around BEGINNING."""
        return (self._opportunity(number) for number in range(count))

    def _opportunity(self, number: int) -> dict[str, Any]:
        stage = self._chance.choices(DEFAULT.stages, (4, 3, 2, 1))[0]
        at = BEGINNING + timedelta(minutes=self._chance.randrange(-790_000, 790_000))
        value = Decimal(self._chance.randrange(100, 10_000_000)).scaleb(-2)
        fields = {
            "id": f"opportunity-{number:07}",
            "owner_id": f"user-{self._chance.randrange(OWNERS)}",
            "created_at": at,
            "modified_at": at,
            "name": f"{self._chance.choice(WARES)} for {self._chance.choice(self._last)}",
            "stage": stage.name,
            "probability": stage.probability,
            "forecast_category": stage.forecast_category,
            "estimated_value": value,
            "currency": self._chance.choices(("EUR", "USD", "GBP"), (8, 1, 1))[0],
            "close_date": (at + timedelta(days=90)).date(),
            "last_activity_at": at,
            "stage_history": [{"stage": each.name, "entered_at": at} for each in DEFAULT.stages],
        }
        state = self._chance.choices(tuple(OpportunityState), (5, 2, 3))[0]
        if state is OpportunityState.OPEN:
            return fields
        ended = {"state": state, "status_reason": None, "forecast_category": state, "closed_at": at}
        won = {"probability": 100, "actual_value": value} if state is OpportunityState.WON else {"probability": 0}
        return fields | ended | won

    def _phone(self) -> str:
        country = self._chance.choice(COUNTRIES)
        return f"{country} {self._chance.randrange(20, 999)} {self._chance.randrange(10**6, 10**7)}"


def _plain(name: str) -> str:
    """The name as it stands in an e-mail address."""
    return fold(name).encode("ascii", "ignore").decode()
