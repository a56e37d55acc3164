"""Values that records of many kinds have."""

from typing import Final

NOW: Final = "2026-11-20T09:30:00.125Z"
LATER: Final = "2026-12-01T12:00:00Z"


def id_of(number: int) -> str:
    return f"0193479c-0000-7000-8000-{number:012}"


ADDRESS: Final = {
    "line1": "Rua Nova 1",
    "line2": "2.º",
    "city": "Lisboa",
    "region": "Lisboa",
    "postal_code": "1100-001",
    "country": "PT",
}
CONSENT: Final = dict.fromkeys(("email", "phone", "sms", "letter", "fax", "social"), True)
PROOF: Final = {
    "channel": "email",
    "status": "given",
    "at": NOW,
    "source": "Form of the spring fair",
    "wording": "Write to me about offers.",
    "recorded_by": id_of(1),
}
PERSON: Final = {
    "first_name": "Ana",
    "last_name": "Costa",
    "job_title": "Director",
    "email": "ana.costa@example.org",
    "phone": "+351 21 000 0001",
    "birth_date": "1990-05-01",
    "address": ADDRESS,
    "consent": CONSENT,
}
