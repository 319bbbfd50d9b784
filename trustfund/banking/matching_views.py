"""Pages about one line of a bank: what it is in the books, what it may be, and what can be posted for it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_fsm import TransitionNotAllowed

from trustfund import pages
from trustfund.audit.recording import trail_for
from trustfund.banking import actions, hooks, open_items, permissions, vouchering
from trustfund.banking.forms import ChosenForm, HandForm, VoucherForm
from trustfund.banking.models import BankLine


def _line(request: HttpRequest, pk: int) -> BankLine:
    found = BankLine.objects.visible_to(request.user).select_related("bank__bank_details", "statement", "match__confirmed_by")
    line: BankLine = get_object_or_404(found, pk=pk)
    return line


@login_required
def line(request: HttpRequest, line_pk: int) -> HttpResponseBase:
    """One line of a bank: what it is in the books, or what it may be."""
    return _line_page(request, _line(request, line_pk))


def _line_page(request: HttpRequest, line: BankLine, chosen: Any = None, hand: Any = None) -> HttpResponse:
    can_match = permissions.can_match(line, request.user)
    waits = can_match and not line.is_matched and not line.statement.withdrawal_id
    context = {
        "line": line,
        "parts": line.match.parts.select_related("line__entry") if line.match else [],
        "siblings": line.match.bank_lines.exclude(pk=line.pk).select_related("statement") if line.match else [],
        "can_match": can_match,
        "voucher": vouchering.live_voucher(line),
        "waits": waits,
        "suggestions": open_items.suggestions(line) if waits else [],
        "offers": hooks.offers_for(line, request.user) if waits else [],
        "chosen": chosen,
        "hand": hand or (HandForm(line) if waits else None),
        "events": trail_for(line),
    }
    return render(request, "banking/line.html", context, status=422 if chosen or hand else 200)


@login_required
@require_POST
def confirm(request: HttpRequest, line_pk: int) -> HttpResponseBase:
    """Confirm a suggestion, or the lines that were chosen by hand."""
    line = _line(request, line_pk)
    _require_open(line, request.user)
    by_hand = "suggestion" not in request.POST
    form: Any = HandForm(line, request.POST) if by_hand else ChosenForm(request.POST)
    field = "lines" if by_hand else "suggestion"
    if form.is_valid() and pages.attempt(form, lambda: _confirm(line, form.cleaned_data, field, request.user)):
        return pages.done(request, _("The line is matched."), _next(line))
    return _line_page(request, line, hand=form) if by_hand else _line_page(request, line, chosen=form)


def _confirm(line: BankLine, data: dict[str, Any], field: str, user: Any) -> None:
    actions.confirm(line, list(data[field]), by=user, others=list(data.get("others", [])))


def _require_open(line: BankLine, user: Any) -> None:
    """What the acts ask first, for their pages."""
    if not permissions.can_match(line, user):
        raise PermissionDenied
    if line.is_matched or line.statement.withdrawal_id:
        raise TransitionNotAllowed("The line is matched already, or its statement was withdrawn.", object=line)


def _next(line: BankLine) -> str:
    """The next line to match of the same account, or the line itself."""
    waiting = BankLine.objects.unmatched().filter(bank=line.bank).order_by("booked_on", "pk").first()
    return (waiting or line).get_absolute_url()


@login_required
def undo(request: HttpRequest, line_pk: int) -> HttpResponseBase:
    """Take a match back."""
    line = _line(request, line_pk)
    if not permissions.can_match(line, request.user):
        raise PermissionDenied
    if not line.is_matched:
        raise TransitionNotAllowed("The line is not matched.", object=line)
    return pages.confirm(
        request,
        title=_("Take back a match"),
        facts=[(_("Line of the bank"), line.reference), (_("Booked on"), line.booked_on), (_("Amount"), line.amount)],
        button=_("Take it back"),
        do=lambda _cleaned: actions.undo(line, by=request.user),
        back=line.get_absolute_url(),
        done=_("The match is taken back: the line is to be matched again."),
        warning=_("What was posted stays posted; only the match goes."),
    )


@login_required
def take_up(request: HttpRequest, line_pk: int, offer: str) -> HttpResponseBase:
    """Do what another room offers for the line, as settling the payment that it is."""
    line = _line(request, line_pk)
    _require_open(line, request.user)
    found = next((each for each in hooks.offers_for(line, request.user) if each.key == offer), None)
    if found is None:
        raise Http404
    return pages.confirm(
        request,
        title=found.label,
        facts=[*found.facts, (_("Value date"), line.value_on), (_("Amount"), line.amount), (_("Bank reference"), line.reference)],
        button=_("Post it and match the line"),
        do=lambda _cleaned: actions.take_up(line, found.key, by=request.user),
        back=line.get_absolute_url(),
        done=_("It is posted, and the line is matched."),
        warning=found.warning,
    )


@login_required
def voucher(request: HttpRequest, line_pk: int) -> HttpResponseBase:
    """Write the voucher of a charge or of interest; another person approves it."""
    line = _line(request, line_pk)
    vouchering.may_write(line, request.user)
    out = line.amount.amount < 0
    words = _("Charge of the bank, statement %(statement)s") if out else _("Interest of the bank, statement %(statement)s")
    narrative = " ".join(filter(None, [words % {"statement": line.statement.number}, line.reference, line.text]))[:500]
    return pages.confirm(
        request,
        title=_("Voucher for a bank charge") if out else _("Voucher for interest"),
        facts=[(_("Line of the bank"), line.reference), (_("Amount"), line.amount), (_("Posted to"), "5300" if out else "4100")],
        form=VoucherForm(request.POST or None, initial={"on": line.value_on, "narrative": narrative}),
        button=_("Write and submit the voucher"),
        do=lambda data: vouchering.write(line, by=request.user, **data),
        back=line.get_absolute_url(),
        done=_("The voucher waits for approval. Once it is posted, confirm here that it is this line."),
        warning=_("One person alone does not post what a bank took: another person approves the voucher."),
    )
