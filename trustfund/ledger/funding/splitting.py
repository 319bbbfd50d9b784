"""Splitting cents over contributions: pure arithmetic. Never more than one has; the largest remainders get the cents left over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from trustfund.ledger.funding.models import FundingRule
from trustfund.money import Money

Parts = list[tuple[int, int]]
"""Instalment and cents."""


class Part(NamedTuple):
    """What an instalment can give, in cents; gifts of one `pool` (the month in which they came) are split as one, then among themselves."""

    instalment: int
    cents: int
    pool: str = ""


def pro_rata(parts: Parts, cents: int) -> Parts:
    """`cents` over the parts in proportion to what they have; never more than one has; nothing for nothing."""
    held = sum(each for _pk, each in parts)
    if cents >= held:
        return [part for part in parts if part[1]]
    shares = Money.from_minor(cents, "USD").split([each for _pk, each in parts]) if cents else []
    return [(pk, share.minor) for (pk, _held), share in zip(parts, shares, strict=False) if share.minor]


def pooled(parts: Iterable[Part], cents: int) -> Parts:
    """`cents` pro rata, each month's small gifts as one: of a hundred gifts of a dollar, none bears a cent by the luck of its place."""
    pools: dict[str, Parts] = {}
    for part in parts:
        pools.setdefault(part.pool or f"#{part.instalment}", []).append((part.instalment, part.cents))
    groups = list(pools.values())
    shares = dict(pro_rata([(index, sum(held for _pk, held in group)) for index, group in enumerate(groups)], cents))
    return [share for index, group in enumerate(groups) for share in pro_rata(group, shares.get(index, 0))]


def first_in(parts: Iterable[Part], cents: int) -> Parts:
    """`cents` from the parts in their order, each to its last cent."""
    found = []
    for part in parts:
        taken = min(part.cents, cents)
        cents -= taken
        if taken:
            found.append((part.instalment, taken))
    return found


SPLITS: Mapping[str, Callable[[list[Part], int], Parts]] = {FundingRule.Split.PRO_RATA: pooled, FundingRule.Split.FIRST_IN: first_in}


def by_rank(ranks: Iterable[list[Part]], cents: int, rule: str) -> Parts:
    """`cents` rank by rank, within each by the rule; what no rank has left is left out."""
    found: Parts = []
    for parts in ranks:
        taken = min(cents, sum(part.cents for part in parts))
        found += SPLITS[rule](parts, taken)
        cents -= taken
    return found
