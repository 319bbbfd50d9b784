"""The pages of a grant: the list, its page, and one page per act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from django_fsm import TransitionNotAllowed

from grants.agreements import actions, acts, awards, forms, permissions
from grants.agreements.models import AgreementVersion, Grant, State
from grants.applications.models import Application
from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.files import serve
from trustfund.lists import Column, Filter, listing
from trustfund.people.sessions import fresh_sign_in
from trustfund.ui.formatting import day_text
from trustfund.workflow import require

COLUMNS = [
    Column("reference", gettext_lazy("Reference"), "reference", sort="reference", url=Grant.get_absolute_url),
    Column("organisation", gettext_lazy("NGO"), "organisation.name", sort="organisation__name"),
    Column("title", gettext_lazy("Project"), "title", sort="title"),
    Column("country", gettext_lazy("Country"), "country_name", sort="country"),
    Column("ends", gettext_lazy("Ends"), "ends_on", kind="date", sort="ends_on"),
    Column("amount", gettext_lazy("Amount (USD)"), "amount", kind="money", sort="amount", total="amount"),
    Column("state", gettext_lazy("State"), lambda grant: grant, kind="state", sort="state"),
]

AWARD_COLUMNS = [
    Column("reference", gettext_lazy("Application"), "reference", sort="reference", url=lambda each: _award_url(each)),
    Column("organisation", gettext_lazy("NGO"), "organisation.name", sort="organisation__name"),
    Column("title", gettext_lazy("Project"), "title", sort="title"),
    Column("country", gettext_lazy("Country"), "country_name", sort="country_of_work"),
    Column("requested", gettext_lazy("Requested (USD)"), "requested", kind="money"),
]


def _award_url(application: Application) -> str:
    return reverse("agreements:approve", args=[application.pk])


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The grants one may see."""
    found = Grant.objects.visible_to(request.user).select_related("organisation")
    return listing(
        request,
        found,
        title=_("Grants"),
        columns=COLUMNS,
        search=["reference", "title", "organisation__name", "organisation__acronym"],
        filters=[Filter("state", _("State"), State.choices, "state")],
        sort="-reference",
        empty={"text": _("No grants yet. An award begins with the Board’s recommendation.")},
    )


@login_required
@require_GET
def awards_waiting(request: HttpRequest) -> HttpResponse:
    """The recommended applications whose award the fund manager has to approve."""
    if not permissions.can_approve_award(None, request.user):
        raise PermissionDenied
    found = Application.objects.visible_to(request.user).filter(state="recommended").with_requested().select_related("organisation", "call")
    empty = {"text": _("No award waits for approval. The Board recommends applications when it has decided on a call.")}
    return listing(request, found, title=_("Awards to approve"), columns=AWARD_COLUMNS, search=["reference", "title"], empty=empty)


@login_required
def approve(request: HttpRequest, application_pk: int) -> HttpResponse:
    """Approve the award of a recommended application."""
    found = Application.objects.visible_to(request.user).select_related("call", "organisation")
    application = get_object_or_404(found, pk=application_pk)
    _allow(permissions.can_approve_award(application, request.user))
    require(application.award, by=request.user)
    most = awards.recommended(application)
    initial = {"amount": most, "starts_on": max(application.starts_on or clock.today(), clock.today())}
    return pages.confirm(
        request,
        title=_("Approve this award"),
        facts=[(_("NGO"), application.organisation.name), (_("Project"), application.title), (_("Recommended"), most)],
        form=forms.AwardForm(request.POST or None, initial=initial),
        button=_("Approve the award"),
        do=lambda data: actions.approve_award(application, by=request.user, **data),
        back=application.get_absolute_url(),
        then="agreements:index",
        done=_("The award is approved. Finance certifies its funds."),
    )


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A grant: what was agreed, what can be done, what happened."""
    grant = _grant(request, pk)
    context = {
        "grant": grant,
        "acts": acts.acts_of(grant, request.user),
        "budget": grant.budget_lines.all(),
        "tranches": grant.planned_tranches.all(),
        "reports": grant.planned_reports.all(),
        "versions": grant.versions.select_related("pdf", "signed_pdf").prefetch_related("signatures__user"),
        "sees_staff": permissions.sees_all(request.user),
        "events": trail_for(grant) if permissions.sees_all(request.user) else [],
    }
    return render(request, "grants/agreements/detail.html", context)


@login_required
@require_GET
def pdf(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """A version of the agreement: with both signatures once it has them."""
    version = get_object_or_404(_grant(request, pk).versions.select_related("pdf", "signed_pdf"), number=number)
    return serve(version.best_pdf)


@login_required
@require_GET
def offered_pdf(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """The very document that was signed: its hash stands with each signature."""
    version = get_object_or_404(_grant(request, pk).versions.select_related("pdf"), number=number)
    return serve(version.pdf)


@login_required
def certify(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the money aside."""
    grant = _grant(request, pk)
    facts = [*_about(grant), (_("Call"), grant.application.call.title), (_("Fund window"), str(grant.window))]
    return acting.page(
        request,
        grant.certify,
        actions.certify_funds,
        title=_("Certify the funds of this grant"),
        facts=[*facts, (_("Approved by"), grant.approved_by.name)],
        warning=_("The whole amount is reserved from contributions received, earmarked ones first."),
        button=_("Certify the funds"),
        done=_("The funds are certified and reserved."),
    )


@login_required
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the agreement and offer it."""
    grant = _grant(request, pk)
    initial = {"valid_until": actions.default_valid_until(clock.today())}
    return acting.page(
        request,
        grant.offer,
        actions.offer,
        title=_("Offer the agreement"),
        facts=[*_about(grant), (_("Starts"), day_text(grant.starts_on)), (_("Ends"), day_text(grant.ends_on))],
        form=forms.OfferForm(request.POST or None, initial=initial),
        button=_("Offer the agreement"),
        done=_("The agreement is offered. The NGO has been told."),
    )


@fresh_sign_in
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The NGO's signatory reads and signs."""
    grant = _grant(request, pk)
    require(grant.sign, by=request.user)
    return _signing(
        request,
        grant,
        title=_("Sign the agreement"),
        form=forms.NgoSignatureForm(request.POST or None),
        done=_("You have signed. The Fund countersigns."),
        sign=actions.sign,
    )


@fresh_sign_in
def countersign(request: HttpRequest, pk: int) -> HttpResponse:
    """The fund manager signs for the Fund."""
    grant = _grant(request, pk)
    require(grant.countersign, by=request.user)
    return _signing(
        request,
        grant,
        title=_("Countersign the agreement"),
        form=forms.SignatureForm(request.POST or None),
        done=_("The agreement is in force."),
        sign=actions.countersign,
    )


def _signing(
    request: HttpRequest, grant: Grant, *, title: str, form: django_forms.Form, done: str, sign: Callable[..., Any]
) -> HttpResponse:
    """The page to sign on: the whole text, its hash, one's name. The version read is the one that is signed."""
    number = request.POST.get("version") or ""
    current = grant.current_version
    version = get_object_or_404(AgreementVersion, grant=grant, number=number) if number.isdecimal() else current
    valid = request.method == "POST" and form.is_valid()
    if valid and pages.attempt(form, lambda: sign(grant, by=request.user, version=version, **form.cleaned_data)):
        return pages.done(request, done, grant)
    context = {"grant": grant, "version": current, "form": form, "title": title}
    return render(request, "grants/agreements/sign.html", context, status=422 if request.method == "POST" else 200)


@login_required
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """The NGO does not take the offer."""
    grant = _grant(request, pk)
    return acting.page(
        request,
        grant.decline,
        actions.decline,
        title=_("Decline the offer"),
        facts=_about(grant),
        form=forms.ReasonForm(request.POST or None),
        warning=_("The grant ends here. The money goes to others."),
        tone="blocked",
        button=_("Decline the offer"),
        done=_("The offer is declined."),
    )


@login_required
def lapse(request: HttpRequest, pk: int) -> HttpResponse:
    """The fund manager takes an award back before both sides signed."""
    grant = _grant(request, pk)
    return acting.page(
        request,
        grant.lapse,
        actions.lapse,
        title=_("Take the award back"),
        facts=_about(grant),
        form=forms.ReasonForm(request.POST or None),
        warning=_("The grant ends here. What was reserved for it is free again."),
        tone="blocked",
        button=_("Take the award back"),
        done=_("The award is taken back."),
    )


@login_required
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    grant = _grant(request, pk)
    return acting.page(
        request,
        grant.suspend,
        actions.suspend,
        title=_("Suspend the grant"),
        facts=_about(grant),
        form=forms.ReasonForm(request.POST or None),
        warning=_("Nothing is paid until it is resumed. The NGO is told."),
        tone="blocked",
        button=_("Suspend the grant"),
        done=_("The grant is suspended."),
    )


@login_required
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    grant = _grant(request, pk)
    return acting.page(
        request,
        grant.resume,
        actions.resume,
        title=_("Resume the grant"),
        facts=[*_about(grant), (_("Suspended because"), grant.suspended_reason)],
        button=_("Resume the grant"),
        done=_("The grant is active again."),
    )


@login_required
def terminate(request: HttpRequest, pk: int) -> HttpResponse:
    """End the grant early."""
    grant = _grant(request, pk)
    return acting.page(
        request,
        grant.terminate,
        actions.terminate,
        title=_("Terminate the grant"),
        facts=_about(grant),
        form=forms.ReasonForm(request.POST or None),
        warning=_("What is not paid is stopped. The NGO owes a final report and pays back what is unspent. This can’t be undone."),
        tone="blocked",
        button=_("Terminate the grant"),
        done=_("The grant is terminated."),
    )


@login_required
def close_reporting(request: HttpRequest, pk: int) -> HttpResponse:
    """A terminated grant whose NGO sends no final report: everything not accepted becomes due."""
    grant = _grant(request, pk)
    require(grant.close_reporting, by=request.user)
    if grant.state != State.TERMINATED:
        raise TransitionNotAllowed("A grant that runs on gets its final report.", object=grant)
    return acting.page(
        request,
        grant.close_reporting,
        actions.close_reporting,
        title=_("Close without a final report"),
        facts=_about(grant),
        warning=_("Nothing more will be accepted: whatever was paid and not accepted becomes due from the NGO."),
        tone="blocked",
        button=_("Close the reporting"),
        done=_("Reporting is closed."),
    )


@login_required
def publication(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish less of a grant."""
    grant = _grant(request, pk)
    _allow(permissions.can_restrict_publication(grant, request.user))
    return pages.confirm(
        request,
        title=_("Publish less about this grant"),
        facts=[*_about(grant), (_("Published now"), grant.get_publication_display())],
        form=forms.PublicationForm(request.POST or None, grant=grant),
        warning=_("It takes effect everywhere at once and can’t be made more again."),
        button=_("Publish less"),
        do=lambda data: actions.restrict_publication(grant, by=request.user, **data),
        back=grant.get_absolute_url(),
        done=_("Less is published from now on."),
    )


def _grant(request: HttpRequest, pk: int) -> Grant:
    related = ("organisation", "application__call", "approved_by", "subaccount", "reservation")
    return get_object_or_404(Grant.objects.visible_to(request.user).select_related(*related), pk=pk)


def _allow(may: bool) -> None:
    if not may:
        raise PermissionDenied


def _about(grant: Grant) -> pages.Facts:
    """For whom and how much: what stands first on the page of every act."""
    return [(_("Grant"), grant.reference), (_("NGO"), grant.organisation.name), (_("Amount"), grant.amount)]
