"""Pages of an organisation: register, profile, people, documents; and the secretariat's list."""

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
from django.views.decorators.http import require_POST

from ngos.organisations import actions, permissions
from ngos.organisations.forms import DocumentForm, InviteForm, MemberForm, ProfileForm, RegisterForm
from ngos.organisations.models import Membership, Organisation, OrganisationDocument, organisation_of
from trustfund import countries
from trustfund.audit.recording import trail_for
from trustfund.files import serve
from trustfund.lists import Column, Filter, listing
from trustfund.pages import attempt, confirm, done

COLUMNS = [
    Column("name", gettext_lazy("Organisation"), "name", sort="name", url=Organisation.get_absolute_url),
    Column("acronym", gettext_lazy("Acronym"), "acronym", sort="acronym"),
    Column("country", gettext_lazy("Country"), "country_name", sort="country"),
    Column("founded", gettext_lazy("Registered"), "founded_on", kind="date", sort="founded_on"),
    Column("joined", gettext_lazy("With the Fund since"), "registered_at", kind="date", sort="registered_at"),
]


def _countries_here() -> list[tuple[str, str]]:
    codes = Organisation.objects.order_by("country").values_list("country", flat=True).distinct()
    return sorted([(code, countries.name(code)) for code in codes], key=lambda row: row[1])


@login_required
def index(request: HttpRequest) -> HttpResponseBase:
    """The secretariat's list; a member is led to their own organisation."""
    if not permissions.sees_all(request.user):
        return redirect("organisations:mine")
    return listing(
        request,
        Organisation.objects.visible_to(request.user),
        title=_("NGOs"),
        columns=COLUMNS,
        search=["name", "local_name", "acronym", "registration_number", "city"],
        filters=[Filter("country", _("Country"), _countries_here, "country")],
        sort="name",
        empty={"text": _("No organisation has registered yet.")},
    )


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """One's own organisation, or the page to register it."""
    organisation = organisation_of(request.user)
    if organisation:
        return redirect(organisation)
    return redirect("organisations:register")


@login_required
def register(request: HttpRequest) -> HttpResponse:
    if organisation := organisation_of(request.user):
        return redirect(organisation)
    if not permissions.can_register(None, request.user):
        raise PermissionDenied
    form = RegisterForm(request.POST or None)
    made: list[Organisation] = []
    if form.is_valid() and attempt(form, lambda: made.append(actions.register(by=request.user, **form.cleaned_data))):
        return done(request, _("Your organisation is registered. Complete its profile next."), made[0])
    return render(request, "ngos/organisations/register.html", {"form": form}, status=422 if form.is_bound else 200)


def _visible(request: HttpRequest, pk: int) -> Organisation:
    return get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)


def _context(request: HttpRequest, organisation: Organisation, **more: Any) -> dict[str, Any]:
    rights = {
        "can_edit": permissions.can_edit(organisation, request.user),
        "can_own": permissions.can_own(organisation, request.user),
        "sees_all": permissions.sees_all(request.user),
    }
    return {"organisation": organisation, **rights, **more}


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = _visible(request, pk)
    context = _context(request, organisation, missing=organisation.missing(), events=trail_for(organisation), tab="profile")
    return render(request, "ngos/organisations/detail.html", context)


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = _visible(request, pk)
    if not permissions.can_edit(organisation, request.user):
        raise PermissionDenied
    form = ProfileForm(request.POST or None, instance=organisation)
    if form.is_valid() and attempt(form, lambda: actions.update(organisation, by=request.user, **form.cleaned_data)):
        return done(request, _("The profile is saved."), organisation)
    context = _context(request, organisation, form=form)
    return render(request, "ngos/organisations/edit.html", context, status=422 if form.is_bound else 200)


@login_required
def members(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = _visible(request, pk)
    invited = actions.open_invitations(organisation) if permissions.can_own(organisation, request.user) else ()
    people = organisation.memberships.select_related("user").order_by("-active", "user__name")
    context = _context(request, organisation, members=people, invited=invited, tab="people")
    return render(request, "ngos/organisations/members.html", context)


@login_required
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = _visible(request, pk)
    if not permissions.can_manage_members(organisation, request.user):
        raise PermissionDenied
    form = InviteForm(request.POST or None)
    if form.is_valid() and attempt(form, lambda: actions.invite(organisation, by=request.user, **form.cleaned_data)):
        return done(request, _("The invitation is on its way."), reverse("organisations:members", args=[pk]))
    context = _context(request, organisation, form=form)
    return render(request, "ngos/organisations/invite.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def withdraw_invitation(request: HttpRequest, pk: int, invitation: int) -> HttpResponse:
    organisation = _visible(request, pk)
    found = get_object_or_404(actions.open_invitations(organisation), pk=invitation)
    actions.withdraw_invitation(organisation, found, by=request.user)
    return done(request, _("The invitation is withdrawn."), reverse("organisations:members", args=[pk]))


def _membership(request: HttpRequest, pk: int, member: int) -> Membership:
    return get_object_or_404(Membership.objects.select_related("user", "organisation"), organisation=_visible(request, pk), pk=member)


@login_required
def change_right(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    membership = _membership(request, pk, member)
    if not permissions.can_manage_members(membership.organisation, request.user):
        raise PermissionDenied
    form = MemberForm(request.POST or None, initial={"right": membership.right, "signatory": membership.signatory})
    if form.is_valid() and attempt(form, lambda: actions.change_right(membership, by=request.user, **form.cleaned_data)):
        return done(request, _("The right is changed."), reverse("organisations:members", args=[pk]))
    context = _context(request, membership.organisation, form=form, membership=membership)
    return render(request, "ngos/organisations/member.html", context, status=422 if form.is_bound else 200)


@login_required
def remove(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    membership = _membership(request, pk, member)
    own = membership.user_id == request.user.pk
    if not own and not permissions.can_manage_members(membership.organisation, request.user):
        raise PermissionDenied
    return confirm(
        request,
        title=_("Leave the organisation") if own else _("End this person's membership"),
        facts=[(_("Person"), membership.user.name), (_("Organisation"), membership.organisation.name)],
        warning=_("They can no longer see or do anything for the organisation. What they did stays on record."),
        button=_("Leave") if own else _("End the membership"),
        do=lambda data: actions.remove(membership, by=request.user),
        back=reverse("organisations:members", args=[pk]),
        then=reverse("home") if own else None,
        done=_("The membership has ended."),
        tone="blocked",
    )


@login_required
def documents(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = _visible(request, pk)
    papers = organisation.documents.select_related("file")
    return render(request, "ngos/organisations/documents.html", _context(request, organisation, documents=papers, tab="documents"))


@login_required
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = _visible(request, pk)
    if not permissions.can_edit(organisation, request.user):
        raise PermissionDenied
    form = DocumentForm(request.POST or None, request.FILES or None, organisation=organisation, initial=request.GET.dict())
    if form.is_valid() and attempt(form, lambda: actions.add_document(organisation, by=request.user, **form.cleaned_data)):
        return done(request, _("The document is kept."), reverse("organisations:documents", args=[pk]))
    context = _context(request, organisation, form=form)
    return render(request, "ngos/organisations/upload.html", context, status=422 if form.is_bound else 200)


@login_required
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself, as an attachment."""
    paper = get_object_or_404(OrganisationDocument.objects.visible_to(request.user).select_related("file"), pk=pk)
    return serve(paper.file)
