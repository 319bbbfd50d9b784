"""Everything an applicant wrote, read once and only as far as a page needs it; and its frozen form that is hashed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from functools import cached_property
from typing import Any

from grants.applications import budget
from grants.applications.models import (
    Answer,
    AnswerConflict,
    Application,
    ApplicationDocument,
    BudgetLine,
    ExpectedBeneficiaries,
    OtherFunding,
    Section,
    WorkPlanItem,
)
from grants.calls.models import BudgetCategory, FormSection, Question, RequiredDocument, form_sections
from trustfund.chain import canonical

FORM = 1
"""The version of the frozen form: an old hash keeps being checked by the form it was made in."""
COUNT = ("axis", "sex", "age_band", "category", "persons")


class Content:
    """What stands in an application. Each list is one query, asked when it is first needed."""

    def __init__(self, application: Application) -> None:
        self.application, self.call = application, application.call

    @cached_property
    def questions(self) -> list[Question]:
        return list(self.call.questions.all())

    @cached_property
    def form_sections(self) -> list[FormSection]:
        return form_sections(self.questions)

    @cached_property
    def answers(self) -> dict[int, Answer]:
        """By primary key of the question."""
        return {answer.question_id: answer for answer in self.application.answers.select_related("changed_by")}

    @cached_property
    def conflicts(self) -> list[AnswerConflict]:
        """Those nobody has merged yet."""
        return list(self.application.conflicts.filter(merged_at__isnull=True).select_related("question", "author", "theirs_by"))

    @cached_property
    def lines(self) -> list[BudgetLine]:
        return list(self.application.lines.select_related("category"))

    @cached_property
    def categories(self) -> list[BudgetCategory]:
        return list(self.call.budget_categories.all())

    @cached_property
    def budget(self) -> budget.Budget:
        return budget.of(self.lines, self.categories, self.call)

    @cached_property
    def plan(self) -> list[WorkPlanItem]:
        return list(self.application.plan.all())

    @cached_property
    def beneficiaries(self) -> list[ExpectedBeneficiaries]:
        return list(self.application.beneficiaries.order_by("axis", "sex", "age_band", "category"))

    @cached_property
    def persons(self) -> dict[str, int]:
        """The sum of each axis of the typology."""
        sums: dict[str, int] = defaultdict(int)
        for row in self.beneficiaries:
            sums[row.axis] += row.persons
        return sums

    @cached_property
    def other_funding(self) -> list[OtherFunding]:
        return list(self.application.other_funding.all())

    @cached_property
    def required_documents(self) -> list[RequiredDocument]:
        return list(self.call.required_documents.all())

    @cached_property
    def documents(self) -> list[ApplicationDocument]:
        return list(self.application.documents.select_related("required", "file"))

    @cached_property
    def sections(self) -> dict[str, Section]:
        """The sections that were saved at least once, by name."""
        return {section.name: section for section in self.application.sections.filter(version__gt=0)}

    def text_of(self, question: Question) -> str:
        answer = self.answers.get(question.pk)
        return answer.text if answer else ""


def frozen(content: Content) -> dict[str, Any]:
    """What is submitted, as plain values: the words, the numbers and the hashes of the documents; nothing that changes by itself."""
    application, organisation = content.application, content.application.organisation
    return {
        "form": FORM,
        "call": application.call.reference,
        "application": application.reference,
        "organisation": {
            "id": organisation.pk,
            "name": organisation.name,
            "country": organisation.country,
            "registration_number": organisation.registration_number,
        },
        "about": {
            name: getattr(application, name)
            for name in ("title", "summary", "country_of_work", "starts_on", "months", "partners", "no_other_funding")
        },
        "eligibility": application.eligibility,
        "answers": [{"number": q.number, "question": q.text, "answer": content.text_of(q)} for q in content.questions],
        "budget": [_line(line) for line in content.lines],
        "plan": [{n: getattr(item, n) for n in ("number", "activity", "result", "from_month", "to_month")} for item in content.plan],
        "beneficiaries": [{n: getattr(row, n) for n in COUNT} for row in content.beneficiaries],
        "other_funding": [_funding(row) for row in content.other_funding],
        "documents": [
            {"kind": each.required.kind, "name": each.file.name, "size": each.file.size, "sha256": each.file.sha256}
            for each in content.documents
        ],
        "declared_by": application.declared_by_id,
        "privacy": application.privacy_digest,
    }


def _line(line: BudgetLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "category": line.category.code,
        "description": line.description,
        "unit": line.unit,
        "quantity": f"{line.quantity.normalize():f}",
        "unit_cost": str(line.unit_cost.amount),
        "amount": str(line.amount.amount),
        "requested": str(line.requested.amount),
    }


def _funding(row: OtherFunding) -> dict[str, Any]:
    return {
        "number": row.number,
        "funder": row.funder,
        "purpose": row.purpose,
        "amount": str(row.amount.amount),
        "received": row.received,
        "same_costs": row.same_costs,
    }


def sealed(content: Content) -> tuple[str, str]:
    """The canonical text of an application and its SHA-256 in hexadecimal."""
    text = canonical(frozen(content))
    return text, hashlib.sha256(text.encode()).hexdigest()
