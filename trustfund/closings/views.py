"""The closing of a period and of a year on screen: the list, what a person ticks, the acts of two people, the certification."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.closings import actions, checks, permissions
from trustfund.closings.forms import NoteForm, ReasonsForm, ReopenForm
from trustfund.closings.models import Checklist, Reopening, YearEnd
from trustfund.ledger import balances, chart, periods
from trustfund.ledger.closed import certifying
from trustfund.ledger.closed.models import Certification, ClosedBooks
from trustfund.ledger.models import Entry, FiscalYear, FundWindow, Period
from trustfund.ledger.permissions import can_prepare_year
from trustfund.statements import issuing
from trustfund.statements.permissions import can_issue
from trustfund.workflow import possible, require

WORDS = {
    "done": (gettext_lazy("done"), "done"),
    "nothing": (gettext_lazy("nothing to do"), "neutral"),
    "open": (gettext_lazy("open, wants a reason"), "waiting"),
    "blocked": (gettext_lazy("to be done first"), "blocked"),
}


def _period(request: HttpRequest, pk: int) -> Period:
    found = Period.objects.visible_to(request.user).select_related("year", "proposed_by", "approved_by")
    period: Period = get_object_or_404(found, pk=pk)
    return period


# A period


@login_required
@require_GET
def period(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a period: how each item stands now, how it stood when closing was proposed, and where it is mended."""
    found = _period(request, pk)
    told = Checklist.objects.filter(period=found).select_related("by").first()
    then = {each["key"]: each for each in told.items} if told and found.state != Period.State.OPEN else {}
    rows = [_row(status, then.get(status.key), found, request.user) for status in checks.statuses(found)]
    blocked = sum(row["status"].state == "blocked" for row in rows)
    context = {
        "period": found,
        "rows": rows,
        "told": told if then else None,
        "acts": [(name, act.label) for name, act in _acts(found, request.user) if not (blocked and name == "propose-closing")],
        "blocked": blocked,
        "reopenings": Reopening.objects.filter(period=found).select_related("by"),
        "kept": ClosedBooks.objects.filter(as_of=found.ends_on).count(),
        "events": trail_for(found),
    }
    return render(request, "closings/period.html", context)


def _acts(found: Period, user: Any) -> list[tuple[str, Act]]:
    """What the user may do with the period now; a certified year is never reopened, so nobody is asked to propose it."""
    offered = {name: act for name, act in ACTS.items() if possible(getattr(found, act.transition), by=user)}
    if "propose-reopening" in offered and _is_certified(found):
        del offered["propose-reopening"]
    return list(offered.items())


def _is_certified(period: Period) -> bool:
    return Certification.objects.filter(year_id=period.year_id, state=Certification.State.APPROVED).exists()


def _row(status: checks.Status, then: dict[str, Any] | None, of: Period, user: Any) -> dict[str, Any]:
    word, tone = WORDS[status.state]
    ticked = status.found is None and status.check.find is None
    before = {**then, "word": WORDS[then["state"]][0], "tone": WORDS[then["state"]][1]} if then else None
    if before and before["reason"]:
        before["word"] = _("stands, with a reason")
    url = status.check.url(of) if status.check.url else status.found.url if status.found and status.found.open else ""
    can_tick = ticked and of.state == Period.State.OPEN and permissions.can_review(user)
    return {"status": status, "word": word, "tone": tone, "then": before, "url": url, "ticked": ticked, "can_tick": can_tick}


@login_required
def review(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """A person says what they looked at."""
    found = _period(request, pk)
    status = checks.status_of(found, key)
    if status is None or status.found is not None:
        raise Http404
    if not permissions.can_review(request.user):
        raise PermissionDenied
    form = NoteForm(request.POST or None)
    return pages.confirm(
        request,
        title=str(status.check.label),
        facts=[(_("Period"), str(found)), (_("From"), found.starts_on), (_("To"), found.ends_on)],
        button=_("I have looked at it"),
        do=lambda cleaned: actions.review(found, key, by=request.user, note=cleaned["note"]),
        back=reverse("closings:period", args=[found.pk]),
        form=form,
        warning=str(status.check.hint),
        done=_("Your review is kept."),
    )


class Act(NamedTuple):
    """What may be done to a period: its transition, what does it, the word on the button, the word of warning."""

    transition: str
    do: Callable[..., Any]
    label: Any
    warning: Any


ANOTHER = gettext_lazy("Another person will decide.")
ACTS = {
    "propose-closing": Act("propose_closing", actions.propose, gettext_lazy("Propose to close"), ANOTHER),
    "close": Act("close", actions.close, gettext_lazy("Close"), gettext_lazy("Nothing can be posted into a closed period.")),
    "refuse-closing": Act(
        "refuse_closing", periods.refuse_closing, gettext_lazy("Refuse to close"), gettext_lazy("The period stays open.")
    ),
    "propose-reopening": Act("propose_reopening", actions.propose_reopening, gettext_lazy("Propose to reopen"), ANOTHER),
    "reopen": Act("reopen", periods.reopen, gettext_lazy("Reopen"), gettext_lazy("Statements made of this period may change.")),
    "refuse-reopening": Act(
        "refuse_reopening", periods.refuse_reopening, gettext_lazy("Refuse to reopen"), gettext_lazy("The period stays closed.")
    ),
}


@login_required
def decide(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """The interruption page before a period is closed or reopened, by two people."""
    found = _period(request, pk)
    if act not in ACTS:
        raise Http404
    chosen = ACTS[act]
    require(getattr(found, chosen.transition), by=request.user)
    statuses = checks.statuses(found) if act == "propose-closing" else []
    form, do = _asked(request, act, statuses)
    return acting.page(
        request,
        getattr(found, chosen.transition),
        do,
        title=_("%(act)s: period %(period)s") % {"act": chosen.label, "period": found},
        facts=_facts(found, act, statuses),
        button=str(chosen.label),
        back=reverse("closings:period", args=[found.pk]),
        done=_("It is done."),
        warning=str(chosen.warning),
        form=form,
    )


def _asked(request: HttpRequest, act: str, statuses: list[checks.Status]) -> tuple[Any, Callable[..., Any]]:
    """The form of an act, and what does it with the answers."""
    data = request.POST or None
    if act == "propose-closing":
        form = ReasonsForm(data, statuses=statuses)
        return form, lambda period, by, **answers: actions.propose(period, by=by, reasons=form.reasons)
    return (ReopenForm(data) if act == "propose-reopening" else None), ACTS[act].do


def _facts(found: Period, act: str, statuses: list[checks.Status]) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [(_("From"), found.starts_on), (_("To"), found.ends_on), (_("Entries"), found.entries.count())]
    if act == "propose-closing":
        blocked = [str(each.check.label) for each in statuses if each.state == "blocked"]
        return facts + ([(_("To be done first"), ", ".join(blocked))] if blocked else [])
    if act == "close":
        return [*facts, *_stands(found)]
    if "reopen" in act:
        why = Reopening.objects.filter(period=found).first()
        return [*facts, *depends(found), *([(_("Why"), why.reason)] if why and act != "propose-reopening" else [])]
    return facts


def _stands(found: Period) -> list[tuple[str, Any]]:
    """What the proposer let stand open, each with the reason: the last thing that the second person reads before closing."""
    told = Checklist.objects.filter(period=found).first()
    items = [each for each in told.items if each["reason"]] if told else []
    return [(checks.label_of(each["key"]), f"{each['text']} – {each['reason']}" if each["text"] else each["reason"]) for each in items]


def depends(found: Period) -> list[tuple[str, Any]]:
    """What was made from the period as it stands."""
    later = Period.objects.filter(starts_on__gte=found.starts_on, state=Period.State.CLOSED).exclude(pk=found.pk)
    certification = Certification.objects.filter(year=found.year_id).first()
    stands = certification.get_state_display() if certification else _("not prepared")
    given = (_("Statements issued"), issued(found))
    return [(_("Later periods that are closed"), later.count()), (_("Statements of the year"), stands), given]


MOST = 10
"""How many statements are named; the list has them all."""


def issued(found: Period) -> str:
    """What was given out that says something of the period: whoever has it may have to be told."""
    made = issuing.touching(found.starts_on, found.ends_on)
    named = [_("%(issue)s %(title)s, for: %(purpose)s") % {"issue": each, "title": issuing.title_of(each), "purpose": each.purpose}
             for each in made[:MOST]]  # fmt: skip
    more = max(made.count() - MOST, 0)
    return "; ".join([*named, *([_("and %(count)s more") % {"count": more}] if more else [])]) or _("none")


# A year


@login_required
@require_GET
def year(request: HttpRequest, year: int) -> HttpResponse:
    """The end of a year: the lines of the closing entry, its two people, the periods, and the certification of the statements."""
    found = _year(request, year)
    left = balances.unclosed_results(year)
    lines, surplus, _digest = actions.digest_of(left)
    waiting = YearEnd.objects.filter(year=found, state=YearEnd.State.PROPOSED).select_related("proposed_by").first()
    certification = Certification.objects.filter(year=found).select_related("prepared_by", "certified_by", "approved_by").first()
    open_ = Period.objects.filter(year=found).exclude(state=Period.State.CLOSED).order_by("number")
    months = [each for each in open_ if each.number != actions.ADJUSTMENT]
    context = {
        "year": found,
        "left": _named(left),
        "lines": lines,
        "surplus": surplus,
        "waiting": waiting,
        "changed": waiting is not None and waiting.digest != _digest,
        "closings": YearEnd.objects.filter(year=found).select_related("proposed_by", "decided_by", "entry"),
        "open_periods": open_,
        "can_propose": permissions.can_propose_year_end(request.user) and not waiting and bool(left) and not months,
        "months": months,
        "can_decide": waiting is not None and possible(waiting.approve, by=request.user),
        "certification": certification,
        "certification_acts": _certification_acts(found, certification, request.user),
        "issued": issuing.of_year(year),
        "issue": certification is not None and certification.state == Certification.State.APPROVED and can_issue(request.user),
    }
    return render(request, "closings/year.html", context)


def _named(left: Iterable[Any]) -> list[tuple[Any, ...]]:
    """What is left to be closed with the names of its accounts and windows: (code, name, window, subaccount, amount)."""
    names = dict(FundWindow.objects.values_list("pk", "name"))
    return [(code, chart.BY_CODE[code].label, names.get(window, window), of, amount) for code, window, of, amount in left]


def _year(request: HttpRequest, year: int) -> FiscalYear:
    if not permissions.can_read_books(request.user):
        raise Http404
    return get_object_or_404(FiscalYear, pk=year)


def _certification_acts(of: FiscalYear, found: Certification | None, user: Any) -> list[tuple[str, Any]]:
    if found is None:
        closed = not Period.objects.filter(year=of).exclude(state=Period.State.CLOSED).exists()
        return [("prepare", CERTIFICATION["prepare"][0])] if closed and can_prepare_year(None, user) else []
    return [(name, label) for name, (label, _warning) in CERTIFICATION.items() if possible(getattr(found, name), by=user)]


@login_required
def propose_year_end(request: HttpRequest, year: int) -> HttpResponse:
    """Before the closing entry is proposed."""
    found = _year(request, year)
    if not permissions.can_propose_year_end(request.user):
        raise PermissionDenied
    lines, surplus, _digest = actions.digest(year)
    return pages.confirm(
        request,
        title=_("Propose the closing entry of %(year)s") % {"year": year},
        facts=[(_("Balances to close"), lines), (_("Surplus (deficit), to 3010"), surplus)],
        button=_("Propose it"),
        do=lambda _cleaned: actions.propose_year_end(found, by=request.user),
        back=reverse("closings:year", args=[year]),
        warning=str(ANOTHER),
        done=_("It waits for the approving officer."),
    )


YEAR_ENDS = {
    "approve": (actions.approve_year_end, gettext_lazy("Post the closing entry"), gettext_lazy("It is posted into period 13.")),
    "refuse": (actions.refuse_year_end, gettext_lazy("Refuse the closing entry"), gettext_lazy("It may be proposed again.")),
}


@login_required
def decide_year_end(request: HttpRequest, year: int, act: str) -> HttpResponse:
    """Before the closing entry is posted, or refused."""
    found = _year(request, year)
    if act not in YEAR_ENDS:
        raise Http404
    year_end = get_object_or_404(YearEnd.objects.filter(year=found).order_by("-pk")[:1])
    do, label, warning = YEAR_ENDS[act]
    return acting.page(
        request,
        getattr(year_end, act),
        do,
        title=f"{label}: {year}",
        facts=[
            (_("Proposed by"), year_end.proposed_by.name),
            (_("Balances to close"), year_end.lines),
            (_("Surplus (deficit), to 3010"), year_end.surplus),
        ],
        button=str(label),
        warning=str(warning),
        done=_("It is done."),
    )


CERTIFICATION = {
    "prepare": (gettext_lazy("Prepare the statements"), gettext_lazy("You say that they are complete; another person certifies them.")),
    "certify": (gettext_lazy("Certify the statements"), gettext_lazy("You put your name to them.")),
    "approve": (
        gettext_lazy("Approve the statements"),
        gettext_lazy("This is final: the year can never be reopened. What is wrong is corrected in the next year."),
    ),
    "withdraw": (gettext_lazy("Withdraw the certification"), gettext_lazy("The statements are drafts again.")),
}


@login_required
def certify(request: HttpRequest, year: int, act: str) -> HttpResponse:
    """Before the statements of a year are prepared, certified, approved or withdrawn."""
    found = _year(request, year)
    if act not in CERTIFICATION:
        raise Http404
    label, warning = CERTIFICATION[act]
    back = reverse("closings:year", args=[year])
    certification = Certification.objects.filter(year=found).first()
    if act == "prepare" and not can_prepare_year(None, request.user):
        raise PermissionDenied
    if certification is not None:
        require(getattr(certification, act), by=request.user)
    elif act != "prepare":
        raise Http404
    return pages.confirm(
        request,
        title=f"{label}: {year}",
        facts=_certified(found, certification),
        button=str(label),
        do=lambda _cleaned: _do_certify(act, found, certification, request.user),
        back=back,
        warning=str(warning),
        done=_("It is done."),
    )


def _certified(year: FiscalYear, certification: Certification | None) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [(_("Entries of the year"), Entry.objects.filter(year=year).count())]
    if certification is not None:
        facts += [(_("Prepared by"), certification.prepared_by.name), (_("From the books up to seal"), certification.seq)]
    return facts


def _do_certify(act: str, year: FiscalYear, certification: Certification | None, by: Any) -> None:
    if act == "prepare":
        certifying.prepare(year, by=by, on=clock.today())
    elif act == "withdraw":
        certifying.withdraw(certification, by=by)  # type: ignore[arg-type]
    else:
        getattr(certifying, act)(certification, by=by, on=clock.today())
