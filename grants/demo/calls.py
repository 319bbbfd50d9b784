"""The calls of the demo: one form, one rubric, different dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from grants.calls import actions
from grants.calls.models import Call, Policy
from grants.demo.cast import Cast
from trustfund import clock
from trustfund.clock import VIENNA
from trustfund.ledger.models import FundWindow
from trustfund.money import Money, usd

Part = Sequence[Mapping[str, Any]]

GUIDANCE = (
    "For organisations that give direct help to victims of trafficking in persons: shelter, medical, psychosocial and legal help, training "
    "and an income, above all for women and children. Help must never depend on cooperation with law enforcement.\n\n"
    "Not funded: research alone, conferences, buildings, and what another fund pays for already."
)
ANCHORS = {
    "1": "Not shown",
    "2": "Claimed, hardly supported",
    "3": "Shown in part",
    "4": "Shown well",
    "5": "Shown with evidence, beyond what was asked",
}
QUESTIONS: Part = [
    {
        "section": "The need",
        "text": "Who needs help, and why now?",
        "word_limit": 300,
        "help": "Write about groups, never about a person.",
    },
    {"section": "The need", "text": "How do victims reach you safely?", "word_limit": 200},
    {"section": "The help", "text": "What help will you give, step by step?", "word_limit": 500},
    {"section": "The help", "text": "How do you protect the people you help, and their data?", "word_limit": 300},
    {"section": "Your organisation", "text": "What have you done before, and who works on this?", "word_limit": 300, "identifying": True},
    {"section": "Your organisation", "text": "What remains when the grant has ended?", "word_limit": 200},
]
ELIGIBILITY: Part = [
    {"text": "Is your organisation registered and not for profit?", "advice": "Only registered non-profit organisations can be funded."},
    {"text": "Has it worked for at least three years?", "advice": "You are welcome when it has."},
    {"text": "Does it help victims of trafficking directly?", "advice": "This call funds direct help only."},
    {
        "text": "Do you make help depend on cooperation with the police?",
        "passing_answer": False,
        "advice": "Help must never depend on it.",
    },
    {"text": "Does it have a bank account in its own name?", "advice": "Payments go to an account of the organisation only."},
]
CATEGORIES: Part = [
    {"code": "A", "name": "Staff who give the help", "cap_percent": Decimal(40)},
    {"code": "B", "name": "Direct help to victims"},
    {"code": "C", "name": "Travel and transport", "cap_percent": Decimal(15)},
    {"code": "D", "name": "Overhead", "cap_percent": Decimal(7), "overhead": True},
]
CRITERIA: Part = [
    {"name": "Need and relevance", "weight": 30, "anchors": ANCHORS, "description": "Is the help needed, and is it for victims?"},
    {"name": "Safety and quality of the help", "weight": 30, "anchors": ANCHORS, "description": "Is it safe, voluntary, unconditional?"},
    {"name": "Capacity of the organisation", "weight": 20, "anchors": ANCHORS, "description": "Can it do what it says?"},
    {"name": "Budget and lasting effect", "weight": 20, "anchors": ANCHORS, "description": "Is the money well used, and what remains?"},
]
DOCUMENTS: Part = [
    {"kind": "registration", "name": "Registration certificate"},
    {"kind": "accounts", "name": "Audited accounts of the last year", "required": False},
]
PARTS: dict[str, Part] = {
    "questions": QUESTIONS,
    "eligibility_questions": ELIGIBILITY,
    "budget_categories": CATEGORIES,
    "criteria": CRITERIA,
    "required_documents": DOCUMENTS,
}


def at_noon(day: date) -> datetime:
    """Noon in Vienna: when the demo's deadlines end."""
    return datetime.combine(day, time(12), VIENNA)


def draft(
    cast: Cast,
    title: str,
    reference: str,
    *,
    drafted: date,
    opens: date,
    closes: date,
    available: Money,
    blind: bool = False,
    months: int = 36,
    interim: int = 8,
    policy: str = Policy.ADVANCE,
    floor: Money | None = None,
    window: FundWindow | None = None,
) -> Call:
    """A complete draft, of the general window unless another one is given."""
    with clock.frozen(drafted):
        call = actions.draft(
            by=cast.programme,
            title=title,
            reference=reference,
            guidance=GUIDANCE,
            opens_at=at_noon(opens),
            closes_at=at_noon(closes),
            clarifications_until=at_noon(closes - timedelta(days=7)),
            ceiling=usd(60_000),
            floor=floor or usd(5_000),
            total_available=available,
            min_months=8,
            max_months=months,
            languages=["en", "fr", "es", "ar", "ru", "zh-hans"],
            blind=blind,
            reviewers_per_application=2,
            policy=policy,
            **({"window": window} if window else {}),
            tranche_pattern=[42, 38, 20],
            psc_rate=Decimal("0.13"),
            overhead_cap_percent=Decimal(7),
            interim_every_months=interim,
            report_due_days=45,
        )
        for part, rows in PARTS.items():
            actions.set_parts(call, part, rows, by=cast.programme)
    return call


def publish(cast: Cast, call: Call, on: date) -> Call:
    """Published on a day, with its tag in the books."""
    with clock.frozen(on):
        return actions.publish(call, by=cast.programme)


def close(call: Call) -> Call:
    """The clock closes it at its deadline."""
    call.refresh_from_db()
    with clock.frozen(call.deadline + timedelta(minutes=1)):
        return actions.close(call, by=None)
