"""Budgets of two years, one revised and one revision waiting, and the texts of a year's statements. All invented."""

from __future__ import annotations

from datetime import date

from django.core.files.base import ContentFile

from grants.demo import papers
from grants.demo.cast import Cast
from trustfund import clock
from trustfund.budgets import actions
from trustfund.budgets.actions import Row
from trustfund.budgets.models import Budget
from trustfund.ledger.models import GENERAL, FundWindow, Subaccount
from trustfund.money import usd
from trustfund.statements import actions as texts
from trustfund.statements.books import books_at
from trustfund.statements.models import WHOLE_SET, Issue

PLAN = {"grants": "600000", "programme_support": "78000", "staff": "20000", "travel": "9000", "contractual": "5000", "charges": "500"}


def run(cast: Cast, today: date) -> None:
    """Last year's budget with a revision, this year's, a revision that the checker has not approved yet, and last year's texts."""
    last = today.year - 1
    _approved(cast, last, date(last, 1, 12), PLAN)
    less = PLAN | {"grants": "450000", "programme_support": "58500"}
    _approved(cast, last, date(last, 9, 1), less, "Fewer grants than planned (invented).")
    _approved(cast, today.year, date(today.year, 1, 12), PLAN)
    _submitted(cast, today.year, today, PLAN | {"travel": "12000"}, "The Board meets twice (invented).")
    with clock.frozen(date(today.year, 3, 2)):
        said = {
            "events": "In January a Member State announced a pledge of USD 500,000 (invented).",
            "related_parties": "The trustees serve without pay; their travel is within Travel and Board (invented).",
            f"variance:{GENERAL}:grants": "Two agreements were signed later than planned (invented).",
            f"variance:{GENERAL}:programme_support": "It follows the grants (invented).",
            f"variance:{GENERAL}:staff": "A post was vacant all year; colleagues were lent without charge (invented).",
            f"variance:{GENERAL}:travel": "The Board met by video (invented).",
            f"variance:{GENERAL}:contractual": "The audit was put off to the next year (invented).",
            f"variance:{GENERAL}:charges": "Nothing was paid, so no bank charged (invented).",
        }
        texts.approve(texts.propose(last, said, by=cast.finance), by=cast.checker)


def issue(cast: Cast, today: date) -> None:
    """The certified statements of last year went to the Board, and a donor got its own (invented)."""
    last = today.year - 1
    books = books_at(date(last, 12, 31))
    donor = Subaccount.objects.filter(kind=Subaccount.Kind.DONOR).order_by("code")[0]
    about = {"as_of": books.as_of, "head": books.seq, "head_hash": books.hash, "act": books.last_act, "language": "en", "format": "pdf"}
    with clock.frozen(today):
        texts.issue(Issue(code=WHOLE_SET, since=date(last, 1, 1), purpose="The Board’s session (invented)", **about), by=cast.finance)
        texts.issue(Issue(subaccount=donor, purpose="Asked for by the donor (invented)", **about), by=cast.finance)


def _submitted(cast: Cast, year: int, day: date, plan: dict[str, str], reason: str = "") -> Budget:
    with clock.frozen(day):
        rows = [Row(line, usd(amount)) for line, amount in plan.items()]
        budget = actions.draft(FundWindow.objects.get(pk=GENERAL), year, rows, by=cast.finance, reason=reason)
        minute = ContentFile(papers.page("Decision of the Board (invented)"), name="decision.pdf")
        return actions.submit(actions.attach(budget, by=cast.finance, upload=minute), by=cast.finance)


def _approved(cast: Cast, year: int, day: date, plan: dict[str, str], reason: str = "") -> None:
    budget = _submitted(cast, year, day, plan, reason)
    with clock.frozen(day):
        actions.approve(budget, by=cast.checker)
