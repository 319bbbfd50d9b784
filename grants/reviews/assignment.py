"""Who reviews what, spread evenly. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any


def spread(
    wanted: Mapping[Any, int],
    reviewers: Sequence[Any],
    load: Mapping[Any, int],
    barred: Mapping[Any, Collection[Any]],
) -> tuple[dict[Any, list[Any]], dict[Any, int]]:
    """Give each application (application -> how many more) to the reviewers who have least; equals in the order of `reviewers`.

    `load` is what a reviewer has already, `barred` who can't have an application. Returns application -> reviewers, and application ->
    how many are still lacking. The applications that fewest can take come first.
    """
    loads = {reviewer: load.get(reviewer, 0) for reviewer in reviewers}
    able = {application: [r for r in reviewers if r not in barred.get(application, ())] for application in wanted}
    order = sorted(wanted, key=lambda application: len(able[application]))
    given: dict[Any, list[Any]] = {}
    for application in order:
        chosen = sorted(able[application], key=lambda reviewer: loads[reviewer])[: wanted[application]]
        for reviewer in chosen:
            loads[reviewer] += 1
        given[application] = chosen
    lacking = {application: wanted[application] - len(given[application]) for application in wanted}
    return {application: given[application] for application in wanted}, {a: n for a, n in lacking.items() if n > 0}
