"""Pages of fund windows and funding rules: what is in force, what is proposed, and what two people decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.ledger import balances
from trustfund.ledger.asof import point_of
from trustfund.ledger.funding.headroom import rule_on
from trustfund.ledger.funding.models import FundingRule
from trustfund.ledger.models import FundWindow
from trustfund.ledger.proposals import actions, forms, permissions
from trustfund.ledger.proposals.models import RuleProposal, WindowProposal
from trustfund.ledger.readers import readers
from trustfund.ui.formatting import percent_text
from trustfund.workflow import possibilities

ACTS = ("adopt", "refuse", "withdraw")


@readers
@require_GET
def windows(request: HttpRequest) -> HttpResponse:
    """The windows of the fund, and what is proposed about them."""
    context = {
        "windows": FundWindow.objects.all(),
        "proposals": WindowProposal.objects.visible_to(request.user).select_related("proposed_by", "decided_by"),
        "can_propose": permissions.can_propose(request.user),
    }
    return render(request, "ledger/proposals/windows.html", context)


@readers
@require_GET
def window(request: HttpRequest, window: str) -> HttpResponse:
    """One window: its purpose, its trial balance as of a day and a head, what happened."""
    found = get_object_or_404(FundWindow, pk=window)
    point = point_of(request)
    rows = balances.trial_balance(point.day, point.head, window=found.code)
    sums = {side: sum((getattr(row, f"{side}_balance") for row in rows), start=balances.NOTHING) for side in ("debit", "credit")}
    context = {"window": found, "point": point, "as_of": point.day, "rows": rows, "sums": sums, "events": trail_for(found)}
    context["can_propose"] = permissions.can_propose(request.user)
    return render(request, "ledger/proposals/window.html", context, status=200 if point.valid else 422)


@readers
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """The funding rules from the beginning, and what is proposed."""
    context = {
        "rules": FundingRule.objects.select_related("adopted_by", "approved_by").order_by("-effective_on"),
        "in_force": rule_on(clock.today()),
        "proposals": RuleProposal.objects.visible_to(request.user).select_related("proposed_by", "decided_by"),
        "can_propose": permissions.can_propose(request.user),
    }
    return render(request, "ledger/proposals/rules.html", context)


# Proposing


def _propose(request: HttpRequest, form: Any, title: str, back: str, do: Callable[[], Any]) -> HttpResponseBase:
    """A form whose act makes a proposal, for those who may propose."""
    if not permissions.can_propose(request.user):
        raise PermissionDenied
    made: list[Any] = []
    if form.is_valid() and pages.attempt(form, lambda: made.append(do())):
        return pages.done(request, _("It is proposed. Another person decides."), made[0])
    return render(request, "ledger/form.html", {"form": form, "title": title, "back": back}, status=422 if form.is_bound else 200)


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@readers
def propose_window(request: HttpRequest) -> HttpResponseBase:
    """Propose to open a window."""
    form = forms.WindowForm(_data(request))
    return _propose(request, form, _("Propose a fund window"), "../", lambda: actions.propose_window(by=request.user, **form.cleaned_data))


@readers
def propose_purpose(request: HttpRequest, window: str) -> HttpResponseBase:
    """Propose another purpose of a window."""
    found = get_object_or_404(FundWindow, pk=window)
    form = forms.PurposeForm(_data(request), initial={"purpose": found.purpose})
    title = _("Propose another purpose: %(window)s") % {"window": found.name}
    return _propose(request, form, title, "../", lambda: actions.propose_purpose(found, by=request.user, **form.cleaned_data))


@readers
def propose_rule(request: HttpRequest) -> HttpResponseBase:
    """Propose a funding rule."""
    form = forms.RuleForm(_data(request))
    return _propose(request, form, _("Propose a funding rule"), "../", lambda: actions.propose_rule(by=request.user, **form.cleaned_data))


# Deciding


def _shown(request: HttpRequest, proposal: Any, title: str, facts: list[tuple[str, Any]], decided: str) -> HttpResponse:
    can = possibilities(proposal, ACTS, by=request.user)
    context = {"proposal": proposal, "title": title, "facts": facts, "can": can, "acts": decided, "events": trail_for(proposal)}
    return render(request, "ledger/proposals/proposal.html", context)


def _decide(request: HttpRequest, proposal: Any, act: str, facts: list[tuple[str, Any]], adopt: Callable[..., Any]) -> HttpResponse:
    """The interruption page of one of the three acts."""
    if act not in ACTS:
        raise Http404
    title, button, done, warning = {
        "adopt": (_("Adopt this proposal"), _("Adopt it"), _("It is adopted."), _("It is so from now on and goes on record.")),
        "refuse": (_("Refuse this proposal"), _("Refuse it"), _("It is refused."), ""),
        "withdraw": (_("Withdraw this proposal"), _("Withdraw it"), _("It is withdrawn."), ""),
    }[act]
    form = forms.ReasonForm(_data(request)) if act == "refuse" else None
    acts: dict[str, Callable[..., Any]] = {"adopt": adopt, "refuse": actions.refuse, "withdraw": actions.withdraw}
    return acting.page(
        request, getattr(proposal, act), acts[act], title=title, facts=facts, button=button, done=done, warning=warning, form=form
    )


def _window_proposal(request: HttpRequest, pk: int) -> WindowProposal:
    found: WindowProposal = get_object_or_404(
        WindowProposal.objects.visible_to(request.user).select_related("window", "proposed_by", "decided_by"), pk=pk
    )
    return found


def _window_facts(proposal: WindowProposal) -> list[tuple[str, Any]]:
    now = [] if proposal.opens or proposal.window is None else [(_("Purpose now"), proposal.window.purpose)]
    about = [(_("Code"), proposal.code), (_("Name"), proposal.name), *now, (_("Purpose as proposed"), proposal.purpose)]
    return [*about, (_("Proposed by"), proposal.proposed_by.name)]


@login_required
@require_GET
def window_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal about a window."""
    proposal = _window_proposal(request, pk)
    title = _("Open a fund window") if proposal.opens else _("Another purpose of a window")
    return _shown(request, proposal, title, _window_facts(proposal), "ledger:decide_window")


@login_required
def decide_window(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Adopt, refuse or withdraw it."""
    proposal = _window_proposal(request, pk)
    return _decide(request, proposal, act, _window_facts(proposal), actions.adopt_window)


def _rule_proposal(request: HttpRequest, pk: int) -> RuleProposal:
    found: RuleProposal = get_object_or_404(
        RuleProposal.objects.visible_to(request.user).select_related("proposed_by", "decided_by"), pk=pk
    )
    return found


def _rule_facts(proposal: RuleProposal) -> list[tuple[str, Any]]:
    return [
        (_("Effective on"), proposal.effective_on),
        (_("How the general pool is split"), proposal.get_split_display()),
        (_("Share kept as reserve"), percent_text(proposal.reserve_share, digits=2)),
        (_("Proposed by"), proposal.proposed_by.name),
    ]


@login_required
@require_GET
def rule_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal of a funding rule."""
    proposal = _rule_proposal(request, pk)
    return _shown(request, proposal, _("Funding rule"), _rule_facts(proposal), "ledger:decide_rule")


@login_required
def decide_rule(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Adopt, refuse or withdraw it."""
    proposal = _rule_proposal(request, pk)
    return _decide(request, proposal, act, _rule_facts(proposal), actions.adopt_rule)
