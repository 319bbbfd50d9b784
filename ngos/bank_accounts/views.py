"""Pages about bank details. Whoever changes or reads them has just signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ngos.bank_accounts import actions, permissions
from ngos.bank_accounts.forms import CallForm, ProposeForm, ReasonForm
from ngos.bank_accounts.models import BankAccount, State
from ngos.organisations.models import Organisation, organisation_of
from trustfund import acting, clock
from trustfund.audit.recording import trail_for
from trustfund.lists import Column, Filter, listing
from trustfund.pages import attempt, done
from trustfund.people.sessions import fresh_sign_in
from trustfund.workflow import possible, require

COLUMNS = [
    Column("organisation", gettext_lazy("Organisation"), "organisation.name", sort="organisation__name", url=BankAccount.get_absolute_url),
    Column("bank", gettext_lazy("Bank"), "bank_name", sort="bank_name"),
    Column("number", gettext_lazy("Account"), "masked"),
    Column("country", gettext_lazy("Country"), "country_name", sort="country"),
    Column("currency", gettext_lazy("Currency"), "currency", sort="currency"),
    Column("proposed", gettext_lazy("Proposed"), "proposed_at", kind="date", sort="proposed_at"),
    Column("active", gettext_lazy("Active from"), "active_from", kind="date", sort="active_from"),
    Column("state", gettext_lazy("State"), lambda account: account, kind="state", sort="state"),
]


@login_required
def index(request: HttpRequest) -> HttpResponseBase:
    """The list of staff; a member is led to their own organisation's accounts."""
    if not permissions.sees_all(request.user):
        organisation = organisation_of(request.user)
        return redirect("bank_accounts:of", organisation.pk) if organisation else redirect("home")
    return listing(
        request,
        BankAccount.objects.visible_to(request.user).select_related("organisation"),
        title=_("Bank accounts of NGOs"),
        columns=COLUMNS,
        search=["organisation__name", "bank_name", "holder", "swift"],
        filters=[Filter("state", _("State"), State.choices, "state")],
        sort="-proposed",
        empty={"text": _("No organisation has proposed a bank account yet.")},
    )


@login_required
def of(request: HttpRequest, organisation_pk: int) -> HttpResponse:
    """The accounts of one organisation."""
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation_pk)
    context = {
        "organisation": organisation,
        "accounts": organisation.bank_accounts.all(),
        "active": BankAccount.objects.active_for(organisation, clock.today()),
        "can_propose": permissions.can_propose(organisation, request.user),
        "sees_all": permissions.sees_all(request.user),
        "tab": "bank",
    }
    return render(request, "ngos/bank_accounts/of.html", context)


@fresh_sign_in
def propose(request: HttpRequest, organisation_pk: int) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation_pk)
    if not permissions.can_propose(organisation, request.user):
        raise PermissionDenied
    form = ProposeForm(request.POST or None, initial={"holder": organisation.name, "country": organisation.country})
    if form.is_valid() and attempt(form, lambda: actions.propose(organisation, by=request.user, **form.cleaned_data)):
        message = _("The account is proposed. The Fund will call you on the number it knows; owners and signatories were told.")
        return done(request, message, reverse("bank_accounts:of", args=[organisation_pk]))
    return render(
        request, "ngos/bank_accounts/propose.html", {"form": form, "organisation": organisation}, status=422 if form.is_bound else 200
    )


def _visible(request: HttpRequest, pk: int) -> BankAccount:
    return get_object_or_404(BankAccount.objects.visible_to(request.user).select_related("organisation"), pk=pk)


def _page(request: HttpRequest, account: BankAccount, **more: Any) -> HttpResponse:
    user = request.user
    context = {
        "account": account,
        "organisation": account.organisation,
        "sees_all": permissions.sees_all(user),
        "can_reveal": permissions.can_reveal(account, user),
        "can_call": possible(account.record_call, by=user),
        "can_verify": possible(account.verify, by=user) and account.called_by_id is not None,
        "can_activate": possible(account.activate, by=user) and account.active_from is not None and account.active_from <= clock.today(),
        "can_reject": possible(account.reject, by=user),
        "can_withdraw": possible(account.withdraw, by=user),
        "others": account.others_with_this_number().select_related("organisation") if permissions.sees_all(user) else (),
        "events": trail_for(account),
        **more,
    }
    return render(request, "ngos/bank_accounts/detail.html", context)


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


@require_POST
@never_cache
@fresh_sign_in
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole number, once, on record."""
    account = _visible(request, pk)
    return _page(request, account, number=actions.reveal(account, by=request.user))


@fresh_sign_in
def call(request: HttpRequest, pk: int) -> HttpResponse:
    account = _visible(request, pk)
    require(account.record_call, by=request.user)
    form = CallForm(request.POST or None)
    if form.is_valid() and attempt(form, lambda: actions.record_call(account, by=request.user, **form.cleaned_data)):
        return done(request, _("The call is recorded. The approving officer confirms next."), account)
    return render(request, "ngos/bank_accounts/call.html", {"form": form, "account": account}, status=422 if form.is_bound else 200)


def _facts(account: BankAccount) -> list[tuple[Any, Any]]:
    return [
        (_("Organisation"), account.organisation.name),
        (_("Account holder"), account.holder),
        (_("Bank"), account.bank_name),
        (_("Account"), account.masked),
    ]


@fresh_sign_in
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    account = _visible(request, pk)
    return acting.page(
        request,
        account.verify,
        actions.verify,
        title=_("Confirm the call-back"),
        facts=[
            *_facts(account),
            (_("Called by"), str(account.called_by or "–")),
            (_("Called on"), account.called_on),
            (_("Spoke to"), account.called_person),
            (_("On the number"), account.called_number),
        ],
        warning=_("After the cooling-off all payments to this organisation go to this account."),
        button=_("Confirm the account"),
        done=_("The account is verified; it becomes active after the cooling-off."),
    )


@require_POST
@fresh_sign_in
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Finance does what the clock should have done."""
    account = _visible(request, pk)
    return acting.page(
        request,
        account.activate,
        actions.activate,
        title=_("Activate the account"),
        facts=[*_facts(account), (_("Active from"), account.active_from)],
        button=_("Activate"),
        done=_("The account is active."),
    )


@fresh_sign_in
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    account = _visible(request, pk)
    return acting.page(
        request,
        account.reject,
        actions.reject,
        title=_("Reject the account"),
        facts=_facts(account),
        warning=_("Nothing is paid to this account any more. No older account comes back by itself."),
        form=ReasonForm(request.POST or None),
        button=_("Reject"),
        done=_("The account is rejected; the organisation is told why."),
        tone="blocked",
    )


@fresh_sign_in
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    account = _visible(request, pk)
    return acting.page(
        request,
        account.withdraw,
        actions.withdraw,
        title=_("Withdraw the account"),
        facts=_facts(account),
        warning=_(
            "Nothing is paid to it any more. If you did not propose it, tell the secretariat too: somebody may have used a "
            "colleague's sign-in."
        ),
        button=_("Withdraw"),
        done=_("The account is withdrawn."),
        tone="blocked",
    )
