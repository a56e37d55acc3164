"""What a pipeline holds, stage by stage, and what it may bring, month by month."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Rates:
    """Amounts in one `currency` by the rates of a day."""

    currency: str
    currencies: Mapping[str, Currency]
    on: date

    def converted(self, amount: Decimal, currency: str) -> Decimal | None:
        return converted(amount, currency, self.currency, self.currencies, on=self.on)

    def figures(self, cells: Iterable[Cell]) -> dict[str, int | Decimal]:
        count, value, chances = 0, Decimal(0), Decimal(0)
        for cell in cells:
            count += cell.count
            value += self.converted(cell.value, cell.currency) or 0
            chances += self.converted(cell.chances, cell.currency) or 0
        digits = digits_of(self.currency)
        return {"count": count, "value": rounded(value, digits), "weighted": rounded(chances / _HUNDRED, digits)}

    def unconverted(self, cells: Iterable[Cell]) -> Iterator[Unconverted]:
        missing = [cell for cell in cells if self.converted(Decimal(1), cell.currency) is None]
        for code in sorted({cell.currency for cell in missing}):
            part = [cell for cell in missing if cell.currency == code]
            count, value = sum(cell.count for cell in part), sum((cell.value for cell in part), Decimal(0))
            yield Unconverted(currency=code, count=count, value=value)


def summary(pipeline: Pipeline, cells: Sequence[Cell], rates: Rates) -> Summary:
    """All of it in one currency; what is won is in the forecast, and in no stage any more."""
    underway = [cell for cell in cells if cell.category != ForecastCategory.WON]
    months = sorted({(cell.month or "", cell.category) for cell in cells})
    return Summary(
        pipeline_id=pipeline.id,
        currency=rates.currency,
        stages=tuple(
            StageFigures.model_validate(
                {
                    "stage": stage.name,
                    "label": stage.label,
                    **rates.figures(cell for cell in underway if pipeline.stage(cell.stage) is stage),
                }
            )
            for stage in pipeline.stages
        ),
        forecast=tuple(
            MonthFigures.model_validate(
                {
                    "month": month or None,
                    "forecast_category": category,
                    **rates.figures(cell for cell in cells if (cell.month or "", cell.category) == (month, category)),
                }
            )
            for month, category in months
        ),
        unconverted=tuple(rates.unconverted(cells)),
    )
