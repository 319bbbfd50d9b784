"""Applications of the demo, written section by section through the same acts as the pages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from grants.applications import actions, drafting
from grants.applications.models import Application, ExpectedBeneficiaries
from grants.calls.models import Call, form_sections
from grants.demo import papers
from grants.demo.cast import Cast
from grants.demo.facts import Ngo
from grants.typology import AgeBand, Exploitation, Movement, Service, Sex
from ngos.organisations.models import Organisation
from trustfund import clock
from trustfund.money import usd

TITLES = [
    "Shelter and a way on",
    "Legal help that does not wait",
    "Back to school, back to work",
    "Safe return and a first income",
    "A house, a doctor, a lawyer",
    "Counselling for children who were exploited",
]
WORDS = (
    "Invented for the demonstration. The project helps people who were trafficked with a safe place, care and advice, for as long as "
    "they want it and whatever they decide about the police. It works with health centres and lawyers who know the subject."
)
Axis = ExpectedBeneficiaries.Axis


def begin(cast: Cast, call: Call, organisation: Organisation, on: date) -> Application:
    """The eligibility questions are answered, the draft is there."""
    with clock.frozen(on):
        answers = {str(question.number): question.passing_answer for question in call.eligibility_questions.all()}
        return actions.start(call, organisation, by=cast.owner(organisation), answers=answers)


def write(cast: Cast, application: Application, ngo: Ngo, on: date, *, starts_on: date, months: int, number: int) -> Application:
    """Every section filled in; not declared yet."""
    by = cast.owner(application.organisation)
    with clock.frozen(on):
        about = {
            "title": TITLES[number % len(TITLES)],
            "summary": WORDS,
            "country_of_work": application.organisation.country,
            "starts_on": starts_on,
            "months": months,
        }
        drafting.save_about(application, about, base=0, by=by)
        for section in form_sections(list(application.call.questions.all())):
            texts = {question: (f"{question.text} {WORDS}", 0) for question in section.questions}
            drafting.save_answers(application, section.name, texts, by=by)
        drafting.save_lines(application, budget(application.call, ngo.amount), base=0, by=by)
        drafting.save_plan(application, plan(months), base=0, by=by)
        drafting.save_beneficiaries(application, beneficiaries(20 + number % 15), base=0, by=by)
        drafting.save_funding(application, [], partners="", no_other_funding=True, base=0, by=by)
        for required in application.call.required_documents.all():
            upload = ContentFile(papers.page(required.name), name=f"{required.kind}.pdf")
            drafting.add_document(application, required, upload, by=by)
        drafting.confirm_documents(application, by=by)
    return application


def submit(cast: Cast, application: Application, on: date) -> Application:
    """Declared and submitted."""
    by = cast.owner(application.organisation)
    with clock.frozen(on):
        drafting.declare(application, by=by)
        actions.submit(application, by=by)
    application.refresh_from_db()
    return application


def budget(call: Call, amount: int) -> list[dict[str, Any]]:
    """Four lines that add up to `amount` whole USD, within the caps."""
    categories = {category.code: category for category in call.budget_categories.all()}
    staff, travel, overhead = amount * 36 // 100, amount * 10 // 100, amount * 6 // 100
    rows = [
        ("A", "Social worker and counsellor", "month", 1, staff),
        ("B", "Shelter, care, legal help and training", "project", 1, amount - staff - travel - overhead),
        ("C", "Transport to doctors, courts and school", "project", 1, travel),
        ("D", "Share of the office", "project", 1, overhead),
    ]
    return [
        {
            "category": categories[code],
            "description": text,
            "unit": unit,
            "quantity": Decimal(quantity),
            "unit_cost": usd(cost),
            "requested": usd(cost),
        }
        for code, text, unit, quantity, cost in rows
    ]


def plan(months: int) -> list[dict[str, Any]]:
    """Three activities over the whole time."""
    return [
        {"activity": "Open the service and train the team", "result": "A team that works safely", "from_month": 1, "to_month": 2},
        {
            "activity": "Give shelter, care and legal help",
            "result": "Help for as long as it is wanted",
            "from_month": 2,
            "to_month": months,
        },
        {"activity": "Training and a first income", "result": "People who earn their own living", "from_month": 4, "to_month": months},
    ]


def beneficiaries(persons: int) -> list[dict[str, Any]]:
    """Expected numbers that add up (invented)."""
    girls, women = persons // 3, persons - persons // 3
    rows: list[dict[str, Any]] = [
        {"axis": Axis.SEX_AGE, "sex": Sex.FEMALE, "age_band": AgeBand.FROM_15, "persons": girls},
        {"axis": Axis.SEX_AGE, "sex": Sex.FEMALE, "age_band": AgeBand.FROM_18, "persons": women},
        {"axis": Axis.EXPLOITATION, "category": Exploitation.SEXUAL, "persons": persons},
        {"axis": Axis.MOVEMENT, "category": Movement.CROSS_BORDER, "persons": persons},
    ]
    return rows + [{"axis": Axis.SERVICE, "category": service, "persons": persons // 2} for service in (Service.SHELTER, Service.LEGAL)]
