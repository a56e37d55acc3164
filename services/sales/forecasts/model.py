"""What a pipeline holds, stage by stage, and what it may bring, month by month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from pydantic import BaseModel

from libs.domain.money import digits_of, rounded
from services.sales.currencies.model import Currency, converted
from services.sales.pipelines.model import ForecastCategory, Pipeline

_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Cell:
    """Opportunities of one stage, category, month (`YYYY-MM`, None without a date) and currency. `chances` is the sum
    of each value times its probability in percent.
    """

    stage: str
    category: str
    month: str | None
    currency: str
    count: int
    value: Decimal
    chances: Decimal


class Figures(BaseModel):
    """How many, what they are worth, and what that is by their probability."""

    count: int
    value: Decimal
    weighted: Decimal


class StageFigures(Figures):
    stage: str
    label: str | None


class MonthFigures(Figures):
    """`month` is when they are to be closed, None where nobody says; of won ones when they were."""

    month: str | None
    forecast_category: str


class Unconverted(BaseModel):
    """Counted above, but in a currency from which no rate leads to the one that was asked for."""

    currency: str
    count: int
    value: Decimal


class Summary(BaseModel):
    pipeline_id: str
    currency: str
    stages: tuple[StageFigures, ...]
    forecast: tuple[MonthFigures, ...]
    unconverted: tuple[Unconverted, ...]


def summary(
    pipeline: Pipeline, cells: Sequence[Cell], currencies: Mapping[str, Currency], *, currency: str, today: date
) -> Summary:
    """All of it in one currency, by the rates of today; what is won is in the forecast, and in no stage any more."""
    digits = digits_of(currency)

    def figures(part: Iterable[Cell]) -> dict[str, int | Decimal]:
        count, value, chances = 0, Decimal(0), Decimal(0)
        for cell in part:
            count += cell.count
            value += converted(cell.value, cell.currency, currency, currencies, on=today) or 0
            chances += converted(cell.chances, cell.currency, currency, currencies, on=today) or 0
        return {"count": count, "value": rounded(value, digits), "weighted": rounded(chances / _HUNDRED, digits)}

    underway = [cell for cell in cells if cell.category != ForecastCategory.WON]
    months = sorted({(cell.month or "", cell.category) for cell in cells})
    one = Decimal(1)
    missing = [each for each in cells if converted(one, each.currency, currency, currencies, on=today) is None]
    return Summary(
        pipeline_id=pipeline.id,
        currency=currency,
        stages=tuple(
            StageFigures.model_validate(
                {
                    "stage": stage.name,
                    "label": stage.label,
                    **figures(cell for cell in underway if pipeline.stage(cell.stage) is stage),
                }
            )
            for stage in pipeline.stages
        ),
        forecast=tuple(
            MonthFigures.model_validate(
                {
                    "month": month or None,
                    "forecast_category": category,
                    **figures(cell for cell in cells if (cell.month or "", cell.category) == (month, category)),
                }
            )
            for month, category in months
        ),
        unconverted=tuple(
            Unconverted(
                currency=code,
                count=sum(each.count for each in missing if each.currency == code),
                value=sum((each.value for each in missing if each.currency == code), Decimal(0)),
            )
            for code in sorted({each.currency for each in missing})
        ),
    )
