"""Pages of a year's texts: the versions, one of them, the form in which they are written, and one page per act."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.lists import Column, Filter, listing
from trustfund.statements import actions, budget, permissions, texts
from trustfund.statements.books import books_at
from trustfund.statements.models import FIRST_YEAR, LAST_YEAR, LONGEST, Disclosure
from trustfund.workflow import possibilities, require

COLUMNS = [
    Column("year", gettext_lazy("Year"), lambda each: str(each.year), sort="year", url=Disclosure.get_absolute_url),
    Column("number", gettext_lazy("Version"), lambda each: str(each.number), sort="number"),
    Column("maker", gettext_lazy("Made by"), "maker.name", sort="maker__name"),
    Column("checker", gettext_lazy("Approved by"), "checker.name", sort="checker__name"),
    Column("approved_on", gettext_lazy("Approved on"), "approved_on", kind="date", sort="approved_on"),
    Column("state", gettext_lazy("State"), lambda each: each, kind="state", sort="state"),
]
FILTERS = [Filter("state", gettext_lazy("State"), Disclosure.State.choices, "state")]
ACTS = ("rewrite", "approve", "return_", "cancel")


class TextsForm(forms.Form):
    """A field for each subject of the year."""

    def __init__(self, *args: Any, subjects: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subjects = subjects
        for at, subject in enumerate(subjects):
            area = forms.Textarea(attrs={"rows": 4})
            self.fields[f"text{at}"] = forms.CharField(label=texts.label_of(subject), required=False, max_length=LONGEST, widget=area)

    @property
    def texts(self) -> dict[str, str]:
        """What was typed, by subject."""
        return {subject: self.cleaned_data[f"text{at}"] for at, subject in enumerate(self.subjects)}


class ApprovalForm(forms.Form):
    """Which version of the texts the checker has read: that one is approved, and no other."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ReturnForm(forms.Form):
    """Why they are not approved."""

    remark = forms.CharField(label=gettext_lazy("What is to be put right"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def subjects_of(year: int, said: dict[str, str]) -> list[str]:
    """What there is to say about a year: what every year has, what was said already, and each material variance of its budgets."""
    period = budget.Period(books_at(date(year, 12, 31)).keyed(budget.KEYS), date(year, 1, 1), date(year, 12, 31), {})
    rows = [row for table in period.tables() for row in table.rows if row.kind == "line" and not row.key.startswith("all:")]
    material = [texts.variance(*row.key.split(":")) for row in rows if row.values[-1]]
    return [*texts.SUBJECTS, *dict.fromkeys([*material, *(each for each in said if each not in texts.SUBJECTS)])]


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All versions of the texts of all years."""
    if not permissions.can_see_lines(request.user):
        raise PermissionDenied
    year = clock.today().year
    return listing(
        request,
        Disclosure.objects.visible_to(request.user).select_related("maker", "checker"),
        title=_("Texts of the statements"),
        columns=COLUMNS,
        filters=FILTERS,
        sort="-year",
        empty={"text": _("Nothing is written yet. Explanations of variances, events after the date and related parties stand here.")},
        template="statements/texts_index.html",
        context={"years": [year, year - 1] if permissions.can_write_texts(request.user) else []},
    )


def _disclosure(request: HttpRequest, pk: int) -> Disclosure:
    return get_object_or_404(Disclosure.objects.visible_to(request.user).select_related("maker", "checker"), pk=pk)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of a year's texts."""
    found = _disclosure(request, pk)
    context = {
        "disclosure": found,
        "passages": [(texts.label_of(each.subject), each.text) for each in found.passages.all()],
        "events": trail_for(found),
        "can": possibilities(found, ACTS, by=request.user),
    }
    return render(request, "statements/texts.html", context)


@login_required
def new(request: HttpRequest, year: int) -> HttpResponse:
    """Write the texts of a year: the form begins with what was approved last."""
    if not permissions.can_write_texts(request.user):
        raise PermissionDenied
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    said = texts.passages(year, books_at(date(year, 12, 31)).seq)
    return _written(request, said, year, lambda typed: actions.propose(year, typed, by=request.user))


@login_required
def rewrite(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a returned version right."""
    found = _disclosure(request, pk)
    require(found.rewrite, by=request.user)
    said = dict(found.passages.values_list("subject", "text"))
    return _written(request, said, found.year, lambda typed: actions.rewrite(found, typed, by=request.user))


def _written(request: HttpRequest, said: dict[str, str], year: int, do: Any) -> HttpResponse:
    """The form, with all that was typed whatever is wrong with it."""
    subjects = subjects_of(year, said)
    initial = {f"text{at}": said.get(subject, "") for at, subject in enumerate(subjects)}
    form = TextsForm(request.POST if request.method == "POST" else None, subjects=subjects, initial=initial)
    saved: list[Disclosure] = []
    if form.is_bound and form.is_valid() and pages.attempt(form, lambda: saved.append(do(form.texts))):
        return pages.done(request, _("The texts are proposed. Another person approves them."), saved[0])
    title = _("Texts of the statements of %(year)s") % {"year": year}
    return render(request, "statements/texts_form.html", {"form": form, "title": title}, status=422 if form.is_bound else 200)


def _facts(found: Disclosure) -> list[tuple[str, Any]]:
    about = [(_("Year"), str(found.year)), (_("Version"), str(found.number)), (_("Made by"), found.maker.name)]
    return [*about, *((texts.label_of(each.subject), each.text) for each in found.passages.all())]


@login_required
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person approves."""
    found = _disclosure(request, pk)
    return acting.page(
        request,
        found.approve,
        actions.approve,
        title=_("Approve these texts"),
        facts=_facts(found),
        form=ApprovalForm(request.POST or None, initial={"seen": actions.version_of(found)}),
        warning=_("They are printed with the statements of the year. Approved texts never change; a further version takes their place."),
        button=_("Approve them"),
        done=_("The texts are approved."),
    )


@login_required
def return_(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person returns them."""
    found = _disclosure(request, pk)
    return acting.page(
        request,
        found.return_,
        actions.return_,
        title=_("Return these texts to their maker"),
        facts=_facts(found),
        form=ReturnForm(request.POST or None),
        button=_("Return them"),
        done=_("The texts are returned to their maker."),
    )


@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """The maker gives them up."""
    found = _disclosure(request, pk)
    return acting.page(
        request,
        found.cancel,
        actions.cancel,
        title=_("Cancel these texts"),
        facts=_facts(found),
        warning=_("They stay in the list, cancelled."),
        button=_("Cancel the texts"),
        done=_("The texts are cancelled."),
        tone="blocked",
    )
