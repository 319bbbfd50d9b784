"""What is done with proposals about windows and the funding rule. What is adopted goes on record with its row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from trustfund.audit.recording import lock_head, record
from trustfund.ledger import standing, subaccounts
from trustfund.ledger.funding.models import FundingRule
from trustfund.ledger.models import FundWindow, Period, Subaccount
from trustfund.ledger.proposals import permissions
from trustfund.ledger.proposals.models import Proposal, RuleProposal, State, WindowProposal
from trustfund.ui.formatting import day_text
from trustfund.workflow import advance, lock, require

CLOSED = (Period.State.CLOSED, Period.State.REOPENING)


def _may_propose(by: Any) -> None:
    if not permissions.can_propose(by):
        raise PermissionDenied


# Windows


@transaction.atomic
def propose_window(*, code: str, name: str, purpose: str, by: Any) -> WindowProposal:
    """Finance proposes to open a window; ValidationError when its code is taken or proposed already."""
    _may_propose(by)
    lock_head()
    _refuse_taken(code)
    if WindowProposal.objects.filter(code=code, state=State.PROPOSED).exists():
        raise ValidationError({"code": _("A window %(code)s is proposed already.") % {"code": code}}, code="proposed")
    proposal = WindowProposal.objects.create(code=code, name=name, purpose=purpose, proposed_by=by)
    record("windowproposal.propose", of=proposal, by=by, code=code, opens=True)
    return proposal


def _refuse_taken(code: str) -> None:
    if FundWindow.objects.filter(code=code).exists():
        raise ValidationError({"code": _("The code %(code)s is taken.") % {"code": code}}, code="taken")


@transaction.atomic
def propose_purpose(window: FundWindow, *, purpose: str, by: Any) -> WindowProposal:
    """Finance proposes another purpose of a window; ValidationError when it is the same, or another one waits to be decided."""
    _may_propose(by)
    lock(window)
    lock_head()
    if window.purpose == purpose:
        raise ValidationError({"purpose": _("This is its purpose already.")}, code="same")
    if WindowProposal.objects.filter(code=window.code, state=State.PROPOSED).exists():
        raise ValidationError(_("Another proposal about this window waits to be decided."), code="proposed")
    about = {"code": window.code, "name": window.name, "purpose": purpose, "window": window, "opens": False}
    proposal = WindowProposal.objects.create(proposed_by=by, **about)
    record("windowproposal.propose", of=proposal, by=by, code=window.code, opens=False)
    return proposal


@transaction.atomic
def adopt_window(proposal: WindowProposal, *, by: Any) -> WindowProposal:
    """The second person agrees: the window is opened, or its purpose is another one from now on."""
    lock(*([proposal.window] if proposal.window else []), proposal)
    require(proposal.adopt, by=by)
    lock_head()
    if proposal.window is None:
        _refuse_taken(proposal.code)
        window = FundWindow.objects.create(code=proposal.code, name=proposal.name, purpose=proposal.purpose)
        standing.put("fundwindow.open", window, by=by)
        subaccount_of(window, by=by)
    else:
        window = proposal.window
        window.purpose = proposal.purpose
        window.save(update_fields=["purpose"])
        standing.put("fundwindow.change", window, by=by)
    adopted: WindowProposal = _adopted(proposal, window, by)
    return adopted


def subaccount_of(window: FundWindow, *, by: Any = None) -> Subaccount:
    """The subaccount by which other windows name this one on 1900 and 2900; opened if it is new."""
    code = subaccounts.window_code(window)
    return subaccounts.open(Subaccount.Kind.WINDOW, code, name=window.name, public_label=window.name, by=by)


# The funding rule


@transaction.atomic
def propose_rule(*, effective_on: date, split: str, reserve_share: Decimal, by: Any) -> RuleProposal:
    """Finance proposes a funding rule; ValidationError when its day can't be so, see `refuse_day`."""
    _may_propose(by)
    lock_head()
    refuse_day(effective_on)
    proposal = RuleProposal.objects.create(effective_on=effective_on, split=split, reserve_share=reserve_share, proposed_by=by)
    record("ruleproposal.propose", of=proposal, by=by, effective_on=str(effective_on), split=split, reserve_share=str(reserve_share))
    return proposal


def refuse_day(effective_on: date) -> None:
    """ValidationError when a rule of this day would change what is closed, or come before a rule that is there."""
    last = FundingRule.objects.order_by("effective_on").last()
    if last is not None and effective_on <= last.effective_on:
        message = _("The rule in force is of %(day)s: a new one takes effect after it.") % {"day": day_text(last.effective_on)}
        raise ValidationError({"effective_on": message}, code="rule")
    closed = Period.objects.filter(state__in=CLOSED).order_by("ends_on").last()
    if closed is not None and effective_on <= closed.ends_on:
        names = {"period": closed, "day": day_text(closed.ends_on)}
        message = _("The period %(period)s is closed: a rule takes effect after %(day)s.") % names
        raise ValidationError({"effective_on": message}, code="closed")


@transaction.atomic
def adopt_rule(proposal: RuleProposal, *, by: Any) -> RuleProposal:
    """The second person agrees: the rule is there, adopted by both. ValidationError when its day has become impossible."""
    lock(proposal)
    require(proposal.adopt, by=by)
    lock_head()
    refuse_day(proposal.effective_on)
    rule = FundingRule.objects.create(
        effective_on=proposal.effective_on,
        split=proposal.split,
        reserve_share=proposal.reserve_share,
        adopted_by=proposal.proposed_by,
        approved_by=by,
    )
    standing.put("fundingrule.adopt", rule, by=by)
    adopted: RuleProposal = _adopted(proposal, rule, by)
    return adopted


# Both


def _adopted(proposal: Any, made: Model, by: Any) -> Any:
    return advance(proposal.adopt, by=by, made=made)


@transaction.atomic
def refuse(proposal: Proposal, *, by: Any, reason: str) -> Proposal:
    """The second person does not agree."""
    refused: Proposal = advance(proposal.refuse, by=by, reason=reason)
    return refused


@transaction.atomic
def withdraw(proposal: Proposal, *, by: Any) -> Proposal:
    """Whoever proposed it takes it back."""
    withdrawn: Proposal = advance(proposal.withdraw, by=by)
    return withdrawn
