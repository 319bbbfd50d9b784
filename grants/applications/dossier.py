"""An application as it is read: by the applicant, by the secretariat, and by reviewers and trustees, with or without who applies.

`build(application, blind=call.blind)` gives what `templates/grants/applications/dossier.html` shows:
`{% include "grants/applications/dossier.html" with dossier=dossier %}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grants import typology
from grants.applications.budget import Budget
from grants.applications.content import Content
from grants.applications.models import Application, ExpectedBeneficiaries
from grants.calls.models import Question

Axis = ExpectedBeneficiaries.Axis
_WORDS = {Axis.EXPLOITATION: typology.Exploitation, Axis.MOVEMENT: typology.Movement, Axis.SERVICE: typology.Service}


@dataclass(frozen=True)
class Reply:
    """A question and its answer; `withheld` when the answer would show who applies."""

    question: Any
    text: str
    withheld: bool = False


@dataclass(frozen=True)
class Part:
    """Questions and answers under one heading; `name` is the section's in the form."""

    name: str
    title: str
    replies: Sequence[Reply]


@dataclass(frozen=True)
class Count:
    """A number of persons of a category, in words."""

    label: str
    persons: int


@dataclass(frozen=True)
class Dossier:
    """Everything of an application; `organisation` is None and documents are left out when `blind`."""

    application: Application
    blind: bool
    organisation: Any
    parts: Sequence[Part]
    lines: Sequence[Any]
    budget: Budget
    plan: Sequence[Any]
    counts: Sequence[tuple[str, Sequence[Count]]]
    persons: int
    other_funding: Sequence[Any]
    documents: Sequence[Any]
    clarifications: Sequence[Any]


def build(application: Application, *, blind: bool, content: Content | None = None) -> Dossier:
    """Read an application for showing; `blind` hides the organisation, its documents and the answers that identify it.

    `content` is what has been read of it already.
    """
    content = content or Content(application)
    return Dossier(
        application=application,
        blind=blind,
        organisation=None if blind else application.organisation,
        parts=[_part(section, content, blind) for section in content.form_sections],
        lines=content.lines,
        budget=content.budget,
        plan=content.plan,
        counts=counts_of(content),
        persons=content.persons[Axis.SEX_AGE],
        other_funding=content.other_funding,
        documents=[] if blind else content.documents,
        clarifications=[] if blind else list(application.clarifications.all()),
    )


def _part(section: Any, content: Content, blind: bool) -> Part:
    replies = []
    for question in section.questions:
        withheld = blind and question.identifying
        replies.append(Reply(question, "" if withheld else _words(question, content.text_of(question)), withheld))
    return Part(section.name, section.title, replies)


def _words(question: Question, text: str) -> str:
    """The answer as it is read: yes and no in the reader's language."""
    if question.kind == Question.Kind.YES_NO:
        return {"yes": _("Yes"), "no": _("No")}.get(text, text)
    return text


def counts_of(content: Content) -> list[tuple[str, list[Count]]]:
    """The expected numbers in words, by axis."""
    by_axis: dict[Any, list[Count]] = {axis: [] for axis in Axis}
    for row in content.beneficiaries:
        by_axis[Axis(row.axis)].append(Count(_label(row), row.persons))
    return [(str(axis.label), counts) for axis, counts in by_axis.items() if counts]


def _label(row: ExpectedBeneficiaries) -> str:
    if row.axis == Axis.SEX_AGE:
        return f"{typology.Sex(row.sex).label}, {typology.AgeBand(row.age_band).label}"
    return str(_WORDS[Axis(row.axis)](row.category).label)
