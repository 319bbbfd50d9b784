"""Writing a draft, by several colleagues at once: no word is lost. Autosave comes here too; none of it is in the audit chain.

Every answer has a version, every other section has one as a whole. A save carries the version it was written on. Where another
version stands meanwhile, an answer keeps both texts (`AnswerConflict`), and a section is not saved (`Stale`): the page shows both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from grants.applications import budget, privacy, progress
from grants.applications.content import Content
from grants.applications.models import (
    Answer,
    AnswerConflict,
    Application,
    ApplicationDocument,
    BudgetLine,
    ExpectedBeneficiaries,
    OtherFunding,
    Presence,
    Section,
    WorkPlanItem,
)
from grants.calls.models import Question, RequiredDocument
from trustfund import clock
from trustfund.files.storing import store
from trustfund.workflow import lock, require

OWN_TAIL = timedelta(seconds=60)
"""A save that its own author overtook within this time (autosave and the button) is no conflict."""
PRESENT = timedelta(minutes=10)
ROWS = 200
DOCUMENTS = 40


class Stale(Exception):
    """A section was changed by somebody else since the page was opened; `section` is as it stands."""

    def __init__(self, section: Section) -> None:
        self.section = section
        super().__init__(section.name)


@dataclass
class Saved:
    """What a save of answers did: the version of each question now (by primary key), and the texts that collided."""

    versions: dict[int, int] = field(default_factory=dict)
    conflicts: list[AnswerConflict] = field(default_factory=list)


def _open(application: Application, by: Any) -> None:
    """Lock a draft that `by` may write in. Raises PermissionDenied (403), TransitionNotAllowed (409) once it is submitted."""
    lock(application)
    require(application.submit, by=by)


@transaction.atomic
def save_answers(application: Application, section: str, texts: Mapping[Question, tuple[str, int]], *, by: Any) -> Saved:
    """Save answers of a section; `texts` maps a question to (text, the version it was written on; 0 for none)."""
    _open(application, by)
    stored = {answer.question_id: answer for answer in application.answers.filter(question__in=list(texts))}
    saved = Saved()
    for question, (text, base) in texts.items():
        _save_answer(application, question, stored.get(question.pk), text.replace("\x00", ""), base, by, saved)
    _touch(application, section, by)
    return saved


def _save_answer(
    application: Application, question: Question, answer: Answer | None, text: str, base: int, by: Any, saved: Saved
) -> None:
    if answer is None:
        answer = Answer.objects.create(application=application, question=question, text=text, changed_by=by, changed_at=clock.now())
    elif answer.text != text:
        if base == answer.version or _own_tail(answer, base, by):
            _write(answer, text, by)
        else:
            saved.conflicts.append(_keep_both(answer, text, by))
    saved.versions[question.pk] = answer.version


def _own_tail(answer: Answer, base: int, by: Any) -> bool:
    """Whether everything since `base` was written by the same person, a moment ago."""
    return answer.changed_by_id == by.pk and base >= answer.run_from - 1 and clock.now() - answer.changed_at < OWN_TAIL


def _write(answer: Answer, text: str, by: Any) -> None:
    answer.version += 1
    if answer.changed_by_id != by.pk:
        answer.run_from = answer.version
    answer.text, answer.changed_by, answer.changed_at = text, by, clock.now()
    answer.save()


def _keep_both(answer: Answer, text: str, by: Any) -> AnswerConflict:
    """Both texts as they are now; one open conflict for each author, who may type on before merging."""
    now = {"text": text, "theirs": answer.text, "theirs_by": answer.changed_by, "at": clock.now()}
    kept, _created = AnswerConflict.objects.update_or_create(
        application=answer.application, question=answer.question, author=by, merged_at=None, defaults=now
    )
    return kept


def merge(conflict: AnswerConflict, text: str, *, base: int, by: Any) -> Answer:
    """Put one text in the place of two. ValidationError when the answer changed since version `base`: the page then shows it anew."""
    with transaction.atomic():
        _open(conflict.application, by)
        lock(conflict)
        answer = Answer.objects.select_related("changed_by").get(application=conflict.application, question=conflict.question)
        if answer.version == base:
            _write(answer, text.replace("\x00", ""), by)
            conflict.merged_at, conflict.merged_by = clock.now(), by
            conflict.save()
            return answer
        conflict.theirs, conflict.theirs_by = answer.text, answer.changed_by
        conflict.save()
    raise ValidationError(_("%(name)s wrote on meanwhile. Please look at it again.") % {"name": answer.changed_by.name})


@transaction.atomic
def save_about(application: Application, values: Mapping[str, Any], *, base: int, by: Any) -> Section:
    """Save columns of the application itself. Raises Stale."""
    return save_columns(application, "about", values, base=base, by=by)


@transaction.atomic
def save_columns(application: Application, section: str, values: Mapping[str, Any], *, base: int, by: Any) -> Section:
    """Set columns that belong to a section. Raises Stale when the section has changed since `base`."""
    _open(application, by)
    _refuse_stale(application, section, base, by)
    for name, value in values.items():
        setattr(application, name, value)
    application.save()
    return _touch(application, section, by)


@transaction.atomic
def save_lines(application: Application, rows: Sequence[Mapping[str, Any]], *, base: int, by: Any) -> Section:
    """Replace the budget: each row has category, description, unit, quantity, unit_cost, requested; the amount is computed.

    Raises Stale, ValidationError with the number of the row.
    """
    amounts = [{**row, "amount": budget.amount(row["quantity"], row["unit_cost"])} for row in rows]
    for number, row in enumerate(amounts, 1):
        if row["requested"] > row["amount"]:
            raise ValidationError(_("Row %(row)d: more is requested than the line costs.") % {"row": number})
        if budget.is_too_large(row["amount"]):
            raise ValidationError(_("Row %(row)d: the amount is too large.") % {"row": number})
        if row["category"].call_id != application.call_id:
            raise ValidationError(_("Row %(row)d: this category is not one of the call's.") % {"row": number})
    return _replace(application, "budget", BudgetLine, amounts, base, by)


@transaction.atomic
def save_plan(application: Application, rows: Sequence[Mapping[str, Any]], *, base: int, by: Any) -> Section:
    """Replace the work plan: activity, result, from_month, to_month. Raises Stale."""
    return _replace(application, "plan", WorkPlanItem, rows, base, by)


@transaction.atomic
def save_funding(
    application: Application, rows: Sequence[Mapping[str, Any]], *, partners: str, no_other_funding: bool, base: int, by: Any
) -> Section:
    """Replace the other funding (funder, purpose, amount, received, same_costs) and the words about partners. Raises Stale."""
    section = _replace(application, "funding", OtherFunding, rows, base, by)
    application.partners, application.no_other_funding = partners, no_other_funding
    application.save()
    return section


@transaction.atomic
def save_beneficiaries(application: Application, rows: Sequence[Mapping[str, Any]], *, base: int, by: Any) -> Section:
    """Replace the expected numbers: axis, sex and age_band or category, persons; zeros are not kept. Raises Stale."""
    _open(application, by)
    _refuse_stale(application, "beneficiaries", base, by)
    application.beneficiaries.all().delete()
    ExpectedBeneficiaries.objects.bulk_create(ExpectedBeneficiaries(application=application, **row) for row in rows if row["persons"])
    return _touch(application, "beneficiaries", by)


def _replace(application: Application, name: str, model: Any, rows: Sequence[Mapping[str, Any]], base: int, by: Any) -> Section:
    _open(application, by)
    _refuse_stale(application, name, base, by)
    if len(rows) > ROWS:
        raise ValidationError(_("There are more than %(limit)d rows.") % {"limit": ROWS})
    model.objects.filter(application=application).delete()
    model.objects.bulk_create(model(application=application, number=number, **row) for number, row in enumerate(rows, 1))
    application.__dict__.pop("requested", None)
    return _touch(application, name, by)


@transaction.atomic
def add_document(application: Application, required: RequiredDocument, upload: File[Any], *, by: Any) -> ApplicationDocument:
    """Add a document of a kind that the call asks for. ValidationError names what is wrong with the file."""
    _open(application, by)
    if application.documents.count() >= DOCUMENTS:
        raise ValidationError(_("There are %(limit)d documents already. Remove one first.") % {"limit": DOCUMENTS})
    document = ApplicationDocument.objects.create(
        application=application, required=required, file=store(upload, by=by), added_by=by, added_at=clock.now()
    )
    _touch(application, "documents", by)
    return document


@transaction.atomic
def remove_document(document: ApplicationDocument, *, by: Any) -> None:
    """Take a document out of a draft."""
    _open(document.application, by)
    application = document.application
    document.delete()
    _touch(application, "documents", by)


@transaction.atomic
def confirm_documents(application: Application, *, by: Any) -> Section:
    """Say that the documents are as they should be, also when none is demanded."""
    _open(application, by)
    return _touch(application, "documents", by)


@transaction.atomic
def confirm_privacy(application: Application, digest: str, *, by: Any) -> None:
    """Confirm that what looks like data of a person is not about a victim. ValidationError when the text has changed meanwhile."""
    _open(application, by)
    if digest != privacy.digest(privacy.places(Content(application))):
        raise ValidationError(_("The text has changed meanwhile. Please look at it again."))
    application.privacy_digest, application.privacy_confirmed_by = digest, by
    application.save()


@transaction.atomic
def declare(application: Application, *, by: Any) -> None:
    """Make the declaration. ValidationError while another section is not complete."""
    _open(application, by)
    if progress.problems_before_declaring(Content(application)):
        raise ValidationError(_("You can declare when everything else is complete."))
    application.declared_by, application.declared_at = by, clock.now()
    application.save()


def _refuse_stale(application: Application, name: str, base: int, by: Any) -> None:
    section = application.sections.filter(name=name).select_related("changed_by").first()
    if section is None or section.version == base:
        return
    own = section.changed_by_id == by.pk and section.changed_at and clock.now() - section.changed_at < OWN_TAIL
    if not own:
        raise Stale(section)


def _touch(application: Application, name: str, by: Any) -> Section:
    """One version further. A declaration made before no longer covers what stands now."""
    section, _created = Section.objects.get_or_create(application=application, name=name)
    section.version += 1
    section.changed_by, section.changed_at = by, clock.now()
    section.save()
    if application.declared_at:
        application.declared_by = application.declared_at = None
        application.save()
    return section


def seen(application: Application, section: str, *, by: Any) -> None:
    """Note where somebody writes, so that colleagues know."""
    now = {"section": section, "seen_at": clock.now()}
    if not Presence.objects.filter(application=application, user=by).update(**now):
        Presence.objects.bulk_create([Presence(application=application, user=by, **now)], ignore_conflicts=True)


def colleagues(application: Application, section: str, *, besides: Any) -> list[Presence]:
    """Who else was in this section in the last minutes, the latest first."""
    recent = application.presences.filter(section=section, seen_at__gte=clock.now() - PRESENT).exclude(user=besides)
    return list(recent.select_related("user").order_by("-seen_at"))
