"""Made-up people, the same ones for the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

SEED: Final = 20140601

_FIRST: Final = [
    "Ana",
    "Beatriz",
    "Carlos",
    "Catarina",
    "Daniel",
    "Duarte",
    "Elena",
    "Filipa",
    "Gabriel",
    "Helena",
    "Ines",
    "Ivo",
    "Joana",
    "Jorge",
    "Laura",
    "Leonor",
    "Luis",
    "Marco",
    "Margarida",
    "Marta",
    "Miguel",
    "Nuno",
    "Olga",
    "Paula",
    "Pedro",
    "Rafael",
    "Raquel",
    "Rita",
    "Rui",
    "Sara",
    "Sofia",
    "Teresa",
    "Tiago",
    "Tomas",
    "Vera",
    "Vitor",
]
_LAST: Final = [
    "Almeida",
    "Antunes",
    "Barbosa",
    "Cardoso",
    "Carvalho",
    "Castro",
    "Correia",
    "Costa",
    "Duarte",
    "Esteves",
    "Faria",
    "Ferreira",
    "Fonseca",
    "Freitas",
    "Gomes",
    "Lopes",
    "Machado",
    "Marques",
    "Martins",
    "Matos",
    "Mendes",
    "Moreira",
    "Neves",
    "Nunes",
    "Oliveira",
    "Pereira",
    "Pinto",
    "Ramos",
    "Reis",
    "Ribeiro",
    "Rocha",
    "Santos",
    "Silva",
    "Soares",
    "Sousa",
    "Teixeira",
    "Vaz",
    "Vieira",
]


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    email: str
    phone: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def people(seed: int = SEED) -> Iterator[Person]:
    """People without end; no two share an e-mail address or a phone number. Mail to them leads nowhere (RFC 2606)."""
    chance = random.Random(seed)  # noqa: S311  # the same people each time, no secret
    number = 0
    while True:
        number += 1
        first, last = chance.choice(_FIRST), chance.choice(_LAST)
        email = f"{first}.{last}.{seed % 1000}.{number}@example.org".lower()
        yield Person(first, last, email, f"+3519{number:08d}")
