"""Calls for tests, brought to a state by the real actions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from grants.calls import actions
from grants.calls.models import Call
from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund import clock
from trustfund.money import usd
from trustfund.people.models import User
from trustfund.people.roles import Role

_number = count(1)
PATH = ["draft", "published", "closed", "deciding", "decided", "archived"]
ANCHORS = {"1": "Not shown", "2": "Claimed", "3": "Shown in part", "4": "Shown", "5": "Shown with evidence"}
QUESTIONS = [
    {"section": "The need", "text": "Who needs help, and why now?", "word_limit": 300},
    {"section": "The need", "text": "How do you reach victims safely?", "word_limit": 200},
    {"section": "The project", "text": "What will you do?", "word_limit": 500},
    {"section": "The project", "text": "Who works on it?", "word_limit": 100, "required": False, "identifying": True},
]
ELIGIBILITY = [
    {"text": "Is your organisation registered and not for profit?", "passing_answer": True},
    {"text": "Has it worked for at least three years?", "passing_answer": True},
    {"text": "Does it help victims of trafficking directly?", "passing_answer": True},
    {"text": "Do you make help depend on cooperation with the police?", "passing_answer": False, "advice": "Help must never depend on it."},
    {"text": "Does it have a bank account in its own name?", "passing_answer": True},
]
CATEGORIES = [
    {"code": "A", "name": "Staff", "cap_percent": Decimal(40)},
    {"code": "B", "name": "Direct help"},
    {"code": "C", "name": "Overhead", "cap_percent": Decimal(7), "overhead": True},
]
CRITERIA = [
    {"name": "Need and relevance", "weight": 40, "anchors": ANCHORS},
    {"name": "Approach and safety", "weight": 35, "anchors": ANCHORS},
    {"name": "Capacity and budget", "weight": 25, "anchors": ANCHORS},
]
DOCUMENTS = [
    {"kind": "registration", "name": "Registration certificate"},
    {"kind": "accounts", "name": "Audited accounts", "required": False},
]


@remembered
def make_call(state: str = "published", *, by: User | None = None, **fields: Any) -> Call:
    """A complete call in a state: open now when published, its deadline passed (by a frozen clock) from `closed` on."""
    officer = by or make_user(Role.PROGRAMME)
    now = clock.now()
    details = {
        "title": "Small grants for front-line help",
        "reference": f"TEST-{next(_number)}",
        "guidance": "For organisations that help victims of trafficking directly.",
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=30),
        "clarifications_until": now + timedelta(days=20),
        "ceiling": usd(60_000),
        "floor": usd(5_000),
        "total_available": usd(300_000),
        "min_months": 6,
        "max_months": 36,
        "languages": ["en", "fr", "es"],
        "reviewers_per_application": 2,
        "tranche_pattern": [50, 40, 10],
        "psc_rate": Decimal("0.13"),
        "overhead_cap_percent": Decimal(10),
        "interim_every_months": 6,
        "report_due_days": 60,
    }
    call = actions.draft(by=officer, **{**details, **fields})
    for part, rows in _parts().items():
        actions.set_parts(call, part, rows, by=officer)
    return advance_call(call, state, by=officer)


@remembered
def advance_call(call: Call, state: str, *, by: User | None = None) -> Call:
    """Take a call on to a later state; closing it holds the clock at its deadline."""
    officer = by or call.drafted_by
    if state == "cancelled":
        return actions.cancel(call, by=officer)
    for step in PATH[PATH.index(call.state) + 1 : PATH.index(state) + 1]:
        _step(call, step, officer)
    return call


def _step(call: Call, state: str, officer: User) -> None:
    if state == "published":
        actions.publish(call, by=officer)
    elif state == "closed":
        with clock.frozen(max(call.closes_at, clock.now())):
            actions.close(call, by=None)
    else:
        {"deciding": actions.begin_deciding, "decided": actions.decide, "archived": actions.archive}[state](call, by=officer)


def _parts() -> dict[str, list[dict[str, Any]]]:
    return {
        "questions": QUESTIONS,
        "eligibility_questions": ELIGIBILITY,
        "budget_categories": CATEGORIES,
        "criteria": CRITERIA,
        "required_documents": DOCUMENTS,
    }
