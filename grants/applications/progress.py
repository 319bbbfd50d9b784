"""How far an application is: each section's honest status, and what is still to be put right before it can be submitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.applications import privacy
from grants.applications.content import Content
from grants.applications.models import ExpectedBeneficiaries
from grants.calls.models import FormSection

Axis = ExpectedBeneficiaries.Axis


class Status(models.TextChoices):
    CANNOT_START = "cannot_start", gettext_lazy("Cannot start yet")
    NOT_STARTED = "not_started", gettext_lazy("Not started")
    IN_PROGRESS = "in_progress", gettext_lazy("In progress")
    COMPLETE = "complete", gettext_lazy("Complete")


TONES = {Status.CANNOT_START: "neutral", Status.NOT_STARTED: "neutral", Status.IN_PROGRESS: "waiting", Status.COMPLETE: "done"}


@dataclass(frozen=True)
class Task:
    """One section of the task list: its name in the address, its title, its status and what is still wrong in it."""

    name: str
    title: str
    status: Status
    problems: list[str] = field(default_factory=list)
    hint: str = ""

    @property
    def tone(self) -> str:
        return TONES[self.status]


def word_count(text: str) -> int:
    """Words as the page counts them: what stands between white space."""
    return len(text.split())


def tasks(content: Content) -> list[Task]:
    """Every section in its order; the declaration comes last."""
    found = _before_declaring(content)
    return [*found, _declaration(content, ready=all(task.status == Status.COMPLETE for task in found))]


def problems(content: Content) -> list[str]:
    """What stands against submitting, each with the section it belongs to; empty when all is complete."""
    return _words_of(tasks(content))


def problems_before_declaring(content: Content) -> list[str]:
    """What stands against the declaration."""
    return _words_of(_before_declaring(content))


def _words_of(found: list[Task]) -> list[str]:
    unready = [task for task in found if task.status != Status.COMPLETE]
    texts = [(task.title, text) for task in unready for text in task.problems or [str(task.status.label)]]
    return [_("%(section)s: %(problem)s") % {"section": title, "problem": text} for title, text in texts]


def _before_declaring(content: Content) -> list[Task]:
    found = [_organisation(content), _task(content, "about", _("About the project"), _about)]
    found += [_questions(content, section) for section in content.form_sections]
    found.append(_task(content, "budget", _("Budget"), lambda c: iter(c.budget.problems)))
    found.append(_plan_task(content))
    found.append(_task(content, "beneficiaries", _("People you expect to help"), _beneficiaries))
    found.append(_task(content, "funding", _("Partners and other funding"), _funding))
    found.append(_task(content, "documents", _("Documents"), _documents))
    found += _privacy(content)
    return found


def _task(content: Content, name: str, title: str, find: Callable[[Content], Iterator[str]]) -> Task:
    found = list(find(content))
    if name not in content.sections:
        return Task(name, title, Status.NOT_STARTED, found)
    return Task(name, title, Status.IN_PROGRESS if found else Status.COMPLETE, found)


def _organisation(content: Content) -> Task:
    missing = content.application.organisation.missing()
    found = [_("“%(field)s” of your organisation is still empty.") % {"field": label} for label in missing]
    return Task("organisation", _("Profile of your organisation"), Status.IN_PROGRESS if found else Status.COMPLETE, found)


def _about(content: Content) -> Iterator[str]:
    application, call = content.application, content.call
    for name in ("title", "summary", "country_of_work", "starts_on", "months"):
        if not getattr(application, name):
            yield _("“%(field)s” is still empty.") % {"field": application._meta.get_field(name).verbose_name}  # type: ignore[union-attr]
    least, most = call.lengths
    if application.months and not least <= application.months <= most:
        yield _("A project of this call takes %(least)d to %(most)d months.") % {"least": least, "most": most}


def _questions(content: Content, section: FormSection) -> Task:
    return _task(content, section.name, section.title, lambda c: _unanswered(c, section))


def _unanswered(content: Content, section: FormSection) -> Iterator[str]:
    open_conflicts = {conflict.question_id for conflict in content.conflicts}
    for question in section.questions:
        text = content.text_of(question)
        if question.pk in open_conflicts:
            yield _("“%(question)s”: two people wrote an answer, and they are not merged yet.") % {"question": question.text}
        if question.required and not text.strip():
            yield _("“%(question)s” is not answered yet.") % {"question": question.text}
        words = word_count(text)
        if question.word_limit and words > question.word_limit:
            message = _("“%(question)s” has %(words)d words, %(limit)d is the most.")
            yield message % {"question": question.text, "words": words, "limit": question.word_limit}


def _plan_task(content: Content) -> Task:
    title = _("Work plan")
    if not content.application.months:
        hint = _("Say first, under “About the project”, how many months it takes.")
        return Task("plan", title, Status.CANNOT_START, [hint], hint)
    return _task(content, "plan", title, _plan)


def _plan(content: Content) -> Iterator[str]:
    if not content.plan:
        yield _("There is no activity yet.")
    for item in content.plan:
        if item.to_month > (content.application.months or 0):
            message = _("Row %(row)d ends in month %(month)d, after the end of the project.")
            yield message % {"row": item.number, "month": item.to_month}


def _beneficiaries(content: Content) -> Iterator[str]:
    persons = content.persons
    total = persons[Axis.SEX_AGE]
    if not total:
        yield _("No number of persons is given yet.")
    for axis in (Axis.EXPLOITATION, Axis.MOVEMENT):
        if persons[axis] != total:
            message = _("%(axis)s adds up to %(sum)d persons, sex and age to %(total)d.")
            yield message % {"axis": axis.label, "sum": persons[axis], "total": total}
    for row in content.beneficiaries:
        if row.axis == Axis.SERVICE and row.persons > total:
            yield _("One kind of help is given to %(persons)d persons, more than there are.") % {"persons": row.persons}


def _funding(content: Content) -> Iterator[str]:
    if not content.other_funding and not content.application.no_other_funding:
        yield _("Name the other funding of this project, or say that there is none.")
    if content.other_funding and content.application.no_other_funding:
        yield _("You say that there is no other funding, and name some.")


def _documents(content: Content) -> Iterator[str]:
    there = {document.required_id for document in content.documents}
    for required in content.required_documents:
        if required.required and required.pk not in there:
            yield _("“%(document)s” is missing.") % {"document": required.name}


def _privacy(content: Content) -> list[Task]:
    """There only when something was found."""
    found = privacy.places(content)
    if not found:
        return []
    done = privacy.confirmed(content, found)
    message = _("Some text looks like data of a person. Take it out, or confirm that it is not about a victim.")
    return [Task("privacy", _("Protection of persons"), Status.COMPLETE if done else Status.IN_PROGRESS, [] if done else [message])]


def _declaration(content: Content, *, ready: bool) -> Task:
    title = _("Declaration")
    if content.application.declared_at:
        return Task("declaration", title, Status.COMPLETE)
    if ready:
        return Task("declaration", title, Status.NOT_STARTED, [_("The declaration is not made yet.")])
    hint = _("You can declare when everything else is complete.")
    return Task("declaration", title, Status.CANNOT_START, [hint], hint)
