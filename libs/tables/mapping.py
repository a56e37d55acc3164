"""Which column fills which field, and how what stands there is to be read."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from pydantic import Field

from libs.contracts.values import Value
from libs.domain.people import fold
from libs.tables.targets import Target

Title = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=1000)]
Constant: TypeAlias = str | bool | int | float


class DateFormat(StrEnum):
    """The order of day, month and year; what separates them does not matter."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


class LookUp(StrEnum):
    """What a reference in a file is given by."""

    ID = "id"
    NAME = "name"
    EMAIL = "email"


class FieldRule(Value):
    """`values` says what stands for what: `{"Herr": "mr"}`; case and blanks do not count. `by` is for references."""

    column: Title
    values: Annotated[dict[Text, Text], Field(max_length=500)] = Field(default_factory=dict)
    by: LookUp | None = None


class ImportMapping(Value):
    """By field. What `constants` say is the same in every row; a column that fills the field comes first."""

    fields: Annotated[dict[Title, FieldRule], Field(max_length=500)] = Field(default_factory=dict)
    constants: Annotated[dict[Title, Constant], Field(max_length=100)] = Field(default_factory=dict)
    date_format: DateFormat = DateFormat.YMD
    decimal_comma: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The fields that are filled, without their parts."""
        return frozenset(name.partition(".")[0] for name in (*self.fields, *self.constants))

    @property
    def paths(self) -> frozenset[str]:
        """What is filled: `address/city`, `custom/size`."""
        return frozenset(name.replace(".", "/") for name in (*self.fields, *self.constants))


_SYNONYMS: Final[Mapping[str, str]] = {
    "e_mail": "email", "mail": "email", "e_mail_address": "email", "email_address": "email",
    "surname": "last_name", "family_name": "last_name", "lastname": "last_name", "nachname": "last_name",
    "given_name": "first_name", "forename": "first_name", "firstname": "first_name", "vorname": "first_name",
    "telephone": "phone", "tel": "phone", "phone_number": "phone", "telefon": "phone",
    "mobile": "mobile_phone", "cell": "mobile_phone", "cell_phone": "mobile_phone", "mobil": "mobile_phone",
    "company": "company_name", "organisation": "company_name", "organization": "company_name", "firma": "company_name",
    "job": "job_title", "position": "job_title", "title": "job_title", "role": "job_title",
    "birthday": "birth_date", "date_of_birth": "birth_date", "dob": "birth_date", "born": "birth_date",
    "city": "address.city", "town": "address.city", "ort": "address.city", "stadt": "address.city",
    "zip": "address.postal_code", "zip_code": "address.postal_code", "postcode": "address.postal_code",
    "postal_code": "address.postal_code", "plz": "address.postal_code",
    "street": "address.line1", "address": "address.line1", "strasse": "address.line1",
    "country": "address.country", "land": "address.country", "state": "address.region", "region": "address.region",
    "notes": "description", "comment": "description",
    "name": "last_name", "value": "estimated_value", "amount": "estimated_value", "web": "website", "url": "website",
}  # fmt: skip
"""What people write above a column, and the field that it means, where records have one of that name."""


def folded(title: str) -> str:
    """`E-Mail`, `e mail` and `E_MAIL` alike: `e_mail`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", title).replace("_", " ").replace("ß", "ss")
    return fold(words).replace(" ", "_")


def guessed(titles: Sequence[str], targets: Mapping[str, Target]) -> dict[str, FieldRule]:
    """The columns whose titles name a field, each field once: by its own name first, then by a synonym."""
    known = {name.removesuffix("_id"): name for name, target in targets.items() if target.is_reference}
    known |= {name.replace(".", "_"): name for name in targets}
    solid = {name.replace("_", ""): field for name, field in known.items()}
    steps: tuple[Callable[[str], str | None], ...] = (
        known.get,
        lambda title: solid.get(title.replace("_", "")),
        _SYNONYMS.get,
    )
    rules: dict[str, FieldRule] = {}
    taken: set[str] = set()
    for step in steps:
        for title in titles:
            field = step(folded(title)) or ""
            if field in targets and field not in rules and title not in taken:
                rules[field] = FieldRule(column=title)
                taken.add(title)
    return rules


_DATE: Final = re.compile(r"(\d{1,4})[./ -](\d{1,2})[./ -](\d{1,4})\b")
_COMMA_LAST: Final = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+),\d{1,2}")


def date_format_of(texts: Iterable[str]) -> DateFormat | None:
    """The order that all these days can be read in; None where several can, as in 03/04/2026, or none."""
    found = [match for text in texts if (match := _DATE.match(text))]
    if not found:
        return None
    if all(len(match[1]) == 4 for match in found):
        return DateFormat.YMD
    if any(len(match[1]) > 2 for match in found):
        return None
    days_first = any(int(match[1]) > 12 for match in found) or all("." in match[0] for match in found)
    months_first = any(int(match[2]) > 12 for match in found)
    if days_first == months_first:
        return None
    return DateFormat.DMY if days_first else DateFormat.MDY


def has_decimal_comma(texts: Iterable[str]) -> bool:
    """Whether a comma stands before the cents: `1.234,50`."""
    return any(_COMMA_LAST.fullmatch(text.strip()) for text in texts)
