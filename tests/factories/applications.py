"""Applications for tests, brought to a state by the real actions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from grants.applications import actions, drafting
from grants.applications.models import Application
from grants.calls.models import Call
from ngos.organisations.models import Organisation
from tests.factories.calls import make_call
from tests.factories.ngos import PDF, make_organisation, owner_of
from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund import clock
from trustfund.money import usd
from trustfund.people.models import User
from trustfund.people.roles import Role

STEPS = {
    "in_review": ["eligible", "in_review"],
    "reviewed": ["eligible", "in_review", "reviewed"],
    "shortlisted": ["eligible", "in_review", "reviewed", "shortlisted"],
    "recommended": ["eligible", "in_review", "reviewed", "shortlisted", "recommended"],
    "reserve": ["eligible", "in_review", "reviewed", "shortlisted", "reserve"],
    "not_selected": ["eligible", "in_review", "reviewed", "shortlisted", "not_selected"],
    "awarded": ["eligible", "in_review", "reviewed", "shortlisted", "recommended", "awarded"],
    "lapsed": ["eligible", "in_review", "reviewed", "shortlisted", "reserve", "lapsed"],
}


@remembered
def make_application(
    state: str = "draft", *, call: Call | None = None, organisation: Organisation | None = None, complete: bool | None = None, **fields: Any
) -> Application:
    """An application in a state. A draft is empty unless `complete`; all others were filled in and submitted while the call was open.

    `fields`: title, months, requested (Money) ... as `fill_in` takes them.
    """
    call = call or make_call("published")
    organisation = organisation or make_organisation()
    application = actions.start(call, organisation, by=owner_of(organisation), answers=_passing(call))
    if complete if complete is not None else state != "draft":
        fill_in(application, **fields)
    return application if state == "draft" else advance_application(application, state)


def _passing(call: Call) -> dict[str, bool]:
    return {str(question.number): question.passing_answer for question in call.eligibility_questions.all()}


@remembered
def fill_in(
    application: Application,
    *,
    title: str = "Shelter and legal aid",
    months: int = 12,
    requested: Any = None,
    answer: str = "We help.",
    by: User | None = None,
) -> Application:
    """Complete every section; `requested` (USD 24,000 by default) in one line of direct help."""
    by, call = by or owner_of(application.organisation), application.call
    starts_on = clock.today() + timedelta(days=90)
    about = {"title": title, "summary": "A summary.", "country_of_work": "AL", "starts_on": starts_on, "months": months}
    drafting.save_about(application, about, base=0, by=by)
    by_section: dict[str, dict[Any, tuple[str, int]]] = {}
    for question in call.questions.all():
        by_section.setdefault(question.section, {})[question] = (answer, 0)
    for number, texts in enumerate(by_section.values(), 1):
        drafting.save_answers(application, f"questions-{number}", texts, by=by)
    drafting.save_lines(application, [_line(call, requested or usd(24_000))], base=0, by=by)
    plan = [{"activity": "Open the shelter", "result": "Ten places", "from_month": 1, "to_month": months}]
    drafting.save_plan(application, plan, base=0, by=by)
    drafting.save_beneficiaries(application, _beneficiaries(), base=0, by=by)
    drafting.save_funding(application, [], partners="", no_other_funding=True, base=0, by=by)
    for required in call.required_documents.all():
        drafting.add_document(application, required, SimpleUploadedFile(f"{required.kind}.pdf", PDF), by=by)
    drafting.declare(application, by=by)
    return application


def _line(call: Call, requested: Any) -> dict[str, Any]:
    category = call.budget_categories.filter(cap_percent__isnull=True, overhead=False).first()
    line = {"category": category, "description": "Rent", "unit": "grant", "quantity": Decimal(1)}
    return {**line, "unit_cost": requested, "requested": requested}


def _beneficiaries() -> list[dict[str, Any]]:
    return [
        {"axis": "sex_age", "sex": "female", "age_band": "18-24", "persons": 20},
        {"axis": "sex_age", "sex": "female", "age_band": "12-14", "persons": 10},
        {"axis": "exploitation", "category": "sexual", "persons": 30},
        {"axis": "movement", "category": "unknown", "persons": 30},
        {"axis": "service", "category": "shelter", "persons": 25},
    ]


@remembered
def advance_application(application: Application, state: str, *, by: User | None = None) -> Application:
    """Take a complete application on to a state, submitting it first when it is a draft."""
    if application.state == "draft":
        actions.submit(application, by=owner_of(application.organisation))
    for step in STEPS.get(state, [state]):
        if step != application.state and step != "submitted":
            _step(application, step, by or make_user(Role.PROGRAMME))
    return application


def _step(application: Application, state: str, officer: User) -> None:
    if state == "clarification_asked":
        actions.ask_clarification(application, by=officer, question="Which shelter?", due_on=clock.today() + timedelta(days=14))
    elif state in ("eligible", "ineligible"):
        screen(application, met=state == "eligible", by=officer)
    elif state == "withdrawn":
        actions.withdraw(application, by=owner_of(application.organisation))
    elif state == "awarded":
        actions.award(application, by=make_user(Role.MANAGER))
    else:
        acts = {
            "in_review": actions.take_into_review,
            "reviewed": actions.mark_reviewed,
            "shortlisted": actions.shortlist,
            "recommended": actions.recommend,
            "reserve": actions.reserve,
            "not_selected": actions.decline,
            "lapsed": actions.lapse,
        }
        acts[state](application, by=officer)


def screen(application: Application, *, met: bool = True, by: User | None = None) -> Application:
    """Decide on eligibility: every condition met, or the first one not."""
    questions = list(application.call.eligibility_questions.all())
    findings = {question.pk: (met or at > 0, "" if met or at > 0 else "It is not registered.") for at, question in enumerate(questions)}
    return actions.decide_eligibility(application, by=by or make_user(Role.PROGRAMME), findings=findings)
