"""Drawing samples so that anybody can draw them again with nothing but `sha256sum` (docs/auditing.md says how).

Simple random: every item gets the number sha256(SEED:KEY); the items with the smallest numbers are the sample. Monetary units: the items
stand in the order of the books, their values one after the other; from a start that the seed gives, every so many cents one is hit, and
the item in which it lies is chosen. Pure functions: no database, no clock, no chance but the seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Unit:
    """One item of a population: a key that never changes ("entry:17", "line:1700001") and its value in cents of USD, never negative."""

    key: str
    value: int


@dataclass(frozen=True)
class Chosen:
    """An item of the sample; by monetary units also which cents of the population hit it, and whether it is as large as the interval."""

    unit: Unit
    hits: tuple[int, ...] = ()
    certain: bool = False


@dataclass(frozen=True)
class Drawn:
    """A sample with what is printed beside it: count, value and hash of the population; interval and start in cents (0 where none)."""

    count: int
    value: int
    population_hash: str
    interval: int = 0
    start: int = 0
    chosen: Sequence[Chosen] = field(default_factory=list)


def number_of(seed: str, key: str) -> str:
    """The number of an item: the SHA-256 of "SEED:KEY" in hexadecimal, as `printf %s 'SEED:KEY' | sha256sum` prints it."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def population_hash(units: Iterable[Unit]) -> str:
    """The SHA-256 of the whole population, one line "KEY VALUE" per item in the order of the books."""
    digest = hashlib.sha256()
    for unit in units:
        digest.update(f"{unit.key} {unit.value}\n".encode())
    return digest.hexdigest()


def _drawn(units: Sequence[Unit], chosen: Sequence[Chosen], interval: int = 0, start: int = 0) -> Drawn:
    return Drawn(len(units), sum(unit.value for unit in units), population_hash(units), interval, start, chosen)


def random_sample(units: Sequence[Unit], *, seed: str, size: int) -> Drawn:
    """`size` items (all, if there are fewer), in the order of their numbers."""
    ordered = sorted(units, key=lambda unit: number_of(seed, unit.key))
    return _drawn(units, [Chosen(unit) for unit in ordered[:size]])


def monetary_sample(units: Sequence[Unit], *, seed: str, size: int) -> Drawn:
    """Systematic selection of cents: one in each interval of (population's value / size) cents, from a start within the first one.

    An item as large as the interval can't be passed over; an item of nothing can't be hit. Rounding the interval down may give one
    more hit than `size`.
    """
    value = sum(unit.value for unit in units)
    if not value:
        return _drawn(units, [])
    interval = max(value // size, 1)
    start = int(number_of(seed, "start"), 16) % interval + 1
    return _drawn(units, list(_hit(units, interval, start)), interval, start)


def _hit(units: Sequence[Unit], interval: int, start: int) -> Iterable[Chosen]:
    """The items in which a cent is hit: cents are counted from 1 along the population."""
    passed, wanted = 0, start
    for unit in units:
        passed += unit.value
        if wanted > passed:
            continue
        hits = tuple(range(wanted, passed + 1, interval))
        wanted = hits[-1] + interval
        yield Chosen(unit, hits, unit.value >= interval)
