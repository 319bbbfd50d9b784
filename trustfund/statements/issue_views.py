"""Pages of the statements issued: the list, one of them, its file made again, and the page before one is issued."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from trustfund import pages
from trustfund.files import serving
from trustfund.ledger.models import Subaccount
from trustfund.lists import Column, Filter, listing
from trustfund.statements import actions, issuing, permissions
from trustfund.statements.catalogue import STATEMENTS
from trustfund.statements.forms import PeriodForm
from trustfund.statements.models import WHOLE_SET, Issue
from trustfund.ui.formatting import day_text

COLUMNS = [
    Column("number", gettext_lazy("Number"), str, sort="pk", url=Issue.get_absolute_url),
    Column("statement", gettext_lazy("Statement"), issuing.title_of),
    Column("as_of", gettext_lazy("As of"), "as_of", kind="date", sort="as_of"),
    Column("format", gettext_lazy("Format"), "get_format_display"),
    Column("purpose", gettext_lazy("What for"), "purpose"),
    Column("by", gettext_lazy("Issued by"), "by.name", sort="by__name"),
    Column("at", gettext_lazy("Issued on"), "at", kind="datetime", sort="at"),
]


def _years() -> list[tuple[int, str]]:
    found = Issue.objects.dates("as_of", "year", order="DESC")
    return [(day.year, str(day.year)) for day in found]


class IssueForm(forms.Form):
    """For whom and in which form."""

    purpose = forms.CharField(
        label=gettext_lazy("What for"), max_length=200, help_text=gettext_lazy("Whom it goes to, and why: “The Board's session of March”.")
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=Issue.Format.choices)

    def __init__(self, *args: Any, formats: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = formats  # type: ignore[attr-defined]


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All that was issued, newest first."""
    if not permissions.can_see_lines(request.user):
        raise PermissionDenied
    return listing(
        request,
        Issue.objects.visible_to(request.user).select_related("by", "subaccount"),
        title=_("Statements issued"),
        columns=COLUMNS,
        filters=[Filter("year", gettext_lazy("Year"), _years, "as_of__year")],
        sort="-number",
        empty={"text": _("No statement was issued yet. Open one and issue it: its hash is kept, so that a copy can be compared with it.")},
        template="statements/issued.html",
    )


def _issue(request: HttpRequest, pk: int) -> Issue:
    return get_object_or_404(Issue.objects.visible_to(request.user).select_related("by", "subaccount"), pk=pk)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: what it was made from, its hash, and its file."""
    return _shown(request, _issue(request, pk))


def _shown(request: HttpRequest, found: Issue, now: str = "") -> HttpResponse:
    """`now` is the hash that its file has when it is made now, where that is another one."""
    languages = dict(settings.LANGUAGES)
    context = {"issue": found, "title": issuing.title_of(found), "language": languages.get(found.language, found.language), "now": now}
    return render(request, "statements/issued_one.html", context, status=409 if now else 200)


@login_required
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Its file, made again: the same bytes, or a page that says that it is not what was issued."""
    found = _issue(request, pk)
    made = issuing.file_of(found)
    if made.sha256 != found.sha256:
        return _shown(request, found, made.sha256)
    return serving.download(made.content, made.name, made.kind)


@login_required
def issue(request: HttpRequest, code: str) -> HttpResponse:
    """Issue a statement of the whole Fund, or the set."""
    if code != WHOLE_SET and code not in STATEMENTS:
        raise Http404
    back = reverse("statements:index") if code == WHOLE_SET else reverse("statements:statement", args=[code])
    return _issuing(request, Issue(code=code), back)


@login_required
def issue_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue the statement of a donor, an agreement or a grant."""
    if not permissions.can_issue(request.user):
        raise PermissionDenied
    found = get_object_or_404(Subaccount, pk=pk, kind__in=issuing.KINDS)
    return _issuing(request, Issue(subaccount=found), reverse("statements:subaccount", args=[pk]))


def _issuing(request: HttpRequest, wanted: Issue, back: str) -> HttpResponse:
    """The page before it; the books, with head and act, stand in the address."""
    if not permissions.can_issue(request.user):
        raise PermissionDenied
    period = PeriodForm(request.GET)
    if not period.is_valid():
        raise Http404
    books = period.books
    if {"head", "act"} - request.GET.keys():  # what is read on the page is what is issued, whatever is posted in between
        return redirect(f"{request.path}?{urlencode({**request.GET.dict(), 'head': books.seq, 'act': books.last_act})}")
    wanted.since, wanted.as_of, wanted.head, wanted.head_hash, wanted.act = (
        period.since_day, books.as_of, books.seq, books.hash, books.last_act,
    )  # fmt: skip
    formats = [Issue.Format.PDF] if wanted.code == WHOLE_SET else list(Issue.Format)
    initial = {"language": translation.get_language(), "format": "pdf"}
    form = IssueForm(request.POST or None, formats=[(each.value, each.label) for each in formats], initial=initial)
    return pages.confirm(
        request,
        title=_("Issue a statement"),
        facts=_facts(wanted),
        form=form,
        button=_("Issue it"),
        do=lambda cleaned: _do(wanted, cleaned, request.user),
        back=f"{back}?{request.GET.urlencode()}",
        then=reverse("statements:issued"),
        warning=_("Its hash is kept for ever. The file can be made again from the same books and compared with the copy you give out."),
        done=_("The statement is issued. Download it from its page."),
    )


def _do(wanted: Issue, cleaned: dict[str, Any], by: Any) -> None:
    wanted.purpose, wanted.language, wanted.format = cleaned["purpose"], cleaned["language"], cleaned["format"]
    actions.issue(wanted, by=by)


def _facts(wanted: Issue) -> list[tuple[str, Any]]:
    since = [(_("From"), day_text(wanted.since))] if wanted.since else []
    heads = [(_("Ledger head"), str(wanted.head)), (_("Act on record"), str(wanted.act))]
    return [(_("Statement"), issuing.title_of(wanted)), *since, (_("As of"), day_text(wanted.as_of)), *heads]
