"""docs/ledger.md, written from the chart and from the docstrings of postings.py and finance_postings.py."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from trustfund.ledger import finance_postings, postings
from trustfund.ledger.chart import CHART, OPTIONAL, Definition

HEAD = """# What each event posts

Written by `python manage.py make_docs` from `postings.py`, `finance_postings.py` and `chart.py` of `trustfund/ledger/`; a test fails
when it is not fresh.
All amounts are in USD at the rate of the event; a line in another currency keeps that amount and the rate beside it.
"""


def page() -> str:
    """The whole document, in Markdown."""
    return "\n".join([HEAD, *_events(), "## Chart of accounts\n", *_chart(), ""])


def _postings() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public posting function of the modules, in the order in which it stands there."""
    for module in (postings, finance_postings):
        for name, thing in vars(module).items():
            if inspect.isfunction(thing) and thing.__module__ == module.__name__ and not name.startswith("_") and name != "bank_code":
                yield name, thing


def _events() -> Iterator[str]:
    yield "| function | event and entry |\n|---|---|"
    for name, function in _postings():
        text = " ".join((inspect.getdoc(function) or "").split()).replace("|", "\\|")
        yield f"| `{name}` | {text} |"
    yield ""


def _chart() -> Iterator[str]:
    yield "| code | name | type | subaccount | monetary | statement line | cash flow |\n|---|---|---|---|---|---|---|"
    for each in CHART:
        cells = [each.code, each.name, each.type, _kinds(each), "yes" if each.monetary else "", each.statement, each.cash_flow]
        yield f"| {' | '.join(cells)} |"


def _kinds(each: Definition) -> str:
    kinds = " or ".join(each.subaccount_kinds.split())
    return f"{kinds}, where it concerns one" if each.subaccount_rule == OPTIONAL else kinds
