"""The page on which finance confirms many lines of the banks at once: those of which the rules are sure, ticked by hand."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trustfund import pages
from trustfund.banking import confirming, permissions
from trustfund.banking.forms import SureForm
from trustfund.banking.models import BankLine
from trustfund.banking.sure import MOST, Row, Seen, as_seen, rows_of, shown

matchers = pages.only(lambda user: permissions.can_match(None, user))


@matchers
def sure(request: HttpRequest) -> HttpResponseBase:
    """Tick, look once more, confirm; what can't be confirmed is named, and what was ticked stays so."""
    form = SureForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and not pages.asked_back(request):
        answer = _answer(request, form)
        if answer is not None:
            return answer
    return _page(request, form)


def _answer(request: HttpRequest, form: SureForm) -> HttpResponse | None:
    """The page before the act, or the act; None when something is not as it was seen."""
    chosen: list[Seen] = form.cleaned_data["chosen"]
    if "confirmed" not in request.POST:
        rows: list[Row] = []
        return _check(request, rows) if pages.attempt(form, lambda: rows.extend(as_seen(chosen, request.user))) else None
    if not pages.attempt(form, lambda: confirming.confirm(chosen, by=request.user)):
        return None
    done = ngettext("%(count)s line is matched.", "%(count)s lines are matched.", len(chosen))
    return pages.done(request, done % {"count": len(chosen)}, request.path)


def _check(request: HttpRequest, rows: list[Row]) -> HttpResponse | None:
    count, warnings = len(rows), dict.fromkeys(filter(None, (row.warning for row in rows)))
    return pages.check(
        request,
        title=ngettext("Confirm %(count)s line of the banks", "Confirm %(count)s lines of the banks", count) % {"count": count},
        facts=[(shown(row.line), row.what) for row in rows],
        button=_("Confirm them all"),
        warning=" ".join([_("Each is put on record under your name. If one can’t be confirmed, none is."), *warnings]),
    )


def _page(request: HttpRequest, form: SureForm) -> HttpResponse:
    """The sure ones among so many open lines, the oldest first; no box is ticked beforehand."""
    waiting = BankLine.objects.unmatched().select_related("bank", "statement").order_by("booked_on", "pk")
    page = Paginator(waiting, MOST).get_page(request.GET.get("page"))
    ticked: Any = set(request.POST.getlist("chosen"))
    context = {"form": form, "rows": rows_of(list(page), request.user), "page": page, "ticked": ticked}
    wrong = bool(form.errors) and not pages.asked_back(request)
    return render(request, "banking/sure.html", context, status=422 if wrong else 200)
