"""Counts of the people a project helped, as grids that add up. Pure: no rows are read or written here.

Four tables, each by sex: persons by age band, by (main) form of exploitation and by movement count everybody once, so they have
the same sums; services are multi-valued, so each is at most the number of persons of that sex.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.typology import AgeBand, Exploitation, Movement, Service, Sex

LARGEST = 1_000_000


class Table(models.TextChoices):
    AGE = "age", gettext_lazy("Persons by age")
    EXPLOITATION = "exploitation", gettext_lazy("Persons by main form of exploitation")
    MOVEMENT = "movement", gettext_lazy("Persons by movement")
    SERVICE = "service", gettext_lazy("Persons by service received")


CATEGORIES: dict[Table, type[models.TextChoices]] = {
    Table.AGE: AgeBand,
    Table.EXPLOITATION: Exploitation,
    Table.MOVEMENT: Movement,
    Table.SERVICE: Service,
}
EVERYBODY_ONCE = (Table.EXPLOITATION, Table.MOVEMENT)

Cell = tuple[str, str, str]
"""(table, sex, category), each a value of its TextChoices."""


@dataclass(frozen=True)
class Problem:
    """One thing that does not add up: in which table, and what to look at."""

    table: Table
    message: str


def cells(table: Table) -> list[Cell]:
    """Every cell of a table, row by row (category), then by sex."""
    return [(table.value, sex.value, category.value) for category in CATEGORIES[table] for sex in Sex]


def persons(counts: Mapping[Cell, int], sex: str | None = None) -> int:
    """How many persons the age table counts, of one sex or of all."""
    return _sum(counts, Table.AGE, sex)


def problems(counts: Mapping[Cell, int]) -> list[Problem]:
    """What does not add up, in the order of the tables; empty when all is right."""
    found = [problem for table in EVERYBODY_ONCE for problem in _unequal(counts, table)]
    return found + [problem for service in Service for problem in _too_many(counts, service)]


def _sum(counts: Mapping[Cell, int], table: Table, sex: str | None) -> int:
    return sum(number for (name, of, _category), number in counts.items() if name == table and sex in (None, of))


def _unequal(counts: Mapping[Cell, int], table: Table) -> Iterable[Problem]:
    for sex in Sex:
        here, there = _sum(counts, table, sex), persons(counts, sex)
        if here != there:
            text = _("“%(table)s” counts %(here)d for “%(sex)s”, but “%(ages)s” counts %(there)d. Both count each person once.")
            yield Problem(table, text % {"table": table.label, "here": here, "sex": sex.label, "ages": Table.AGE.label, "there": there})


def _too_many(counts: Mapping[Cell, int], service: Any) -> Iterable[Problem]:
    for sex in Sex:
        here, there = counts.get((Table.SERVICE.value, sex.value, service.value), 0), persons(counts, sex)
        if here > there:
            text = _("“%(service)s” counts %(here)d for “%(sex)s”, more than the %(there)d persons of the table by age.")
            yield Problem(Table.SERVICE, text % {"service": service.label, "here": here, "sex": sex.label, "there": there})
