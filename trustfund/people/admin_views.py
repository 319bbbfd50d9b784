"""The administrator's pages: people, their roles, invitations, and the letters that left or did not."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund import clock, pages
from trustfund.audit.recording import trail_for
from trustfund.lists import Column, Filter, listing
from trustfund.mail.models import Outbox
from trustfund.people import actions, duties, invitations, permissions, second_factor
from trustfund.people.forms import EndRoleForm, InviteForm, RoleForm
from trustfund.people.models import Invitation, RoleGrant, User
from trustfund.people.roles import Role
from trustfund.people.sessions import fresh_sign_in


def _only_managers(user: Any) -> None:
    if not permissions.can_manage_people(user):
        raise PermissionDenied


def _roles_text(person: User) -> str:
    return ", ".join(str(grant.get_role_display()) for grant in person.current_grants)  # type: ignore[attr-defined]


def _with_role(queryset: Any, role: str) -> Any:
    return queryset.filter(role_grants__in=RoleGrant.objects.in_force(clock.today()).filter(role=role)).distinct()


COLUMNS = [
    Column("name", gettext_lazy("Name"), "name", sort="name", url=lambda person: person.get_absolute_url()),
    Column("email", gettext_lazy("E-mail"), "email", sort="email"),
    Column("roles", gettext_lazy("Roles today"), _roles_text),
    Column("joined", gettext_lazy("Joined"), "date_joined", kind="datetime", sort="date_joined"),
    Column("seen", gettext_lazy("Last sign-in"), "last_login", kind="datetime", sort="last_login"),
    Column("active", gettext_lazy("May sign in"), lambda person: _("yes") if person.is_active else _("no"), sort="is_active"),
]
FILTERS = [
    Filter("role", gettext_lazy("Role"), Role.choices, _with_role),
    Filter("active", gettext_lazy("May sign in"), [("True", gettext_lazy("yes")), ("False", gettext_lazy("no"))], "is_active"),
]


@login_required
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who has an account."""
    _only_managers(request.user)
    current = Prefetch("role_grants", RoleGrant.objects.in_force(clock.today()), to_attr="current_grants")
    found = User.objects.visible_to(request.user).prefetch_related(current)
    return listing(
        request,
        found,
        title=_("People"),
        columns=COLUMNS,
        filters=FILTERS,
        search=["name", "email"],
        sort="name",
        template="people/list.html",
    )


@login_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: who, which roles, which second factor, what happened."""
    found = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    _only_managers(request.user)
    context = {
        "person": found,
        "grants": found.role_grants.select_related("given_by").order_by("-since"),
        "reasons": duties.reasons_against(found),
        "factors": second_factor.factors_of(found),
        "mine": not permissions.can_change_roles(found, request.user),
        "events": trail_for(found),
    }
    return render(request, "people/detail.html", context)


@fresh_sign_in
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to a role."""
    _only_managers(request.user)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and pages.attempt(form, lambda: _invite(form.cleaned_data, request.user)):
        return pages.done(request, _("The invitation is on its way. It is good for seven days."), "people:invitations")
    return render(request, "people/invite.html", {"form": form}, status=422 if request.method == "POST" else 200)


def _invite(cleaned: dict[str, Any], by: Any) -> None:
    """Whoever can't have the role is refused now, not only when they accept."""
    known = User.objects.filter(email__iexact=cleaned["email"]).first()
    if known is not None and not known.is_active:
        raise ValidationError({"email": _("This person may not sign in any more: let them in again first.")})
    invitations.invite(cleaned["email"], cleaned["name"], by=by, on_accept=f"people.role:{cleaned['role']}", language=cleaned["language"])


@fresh_sign_in
def give_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role to a person."""
    found = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if not permissions.can_change_roles(found, request.user):
        raise PermissionDenied
    form = RoleForm(request.POST or None, initial={"since": clock.today()})

    def do() -> None:
        actions.give_role(found, by=request.user, **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and pages.attempt(form, do):
        return pages.done(request, _("The role is given; the person was told and has to sign in again."), found)
    return render(request, "people/give_role.html", {"form": form, "person": found}, status=422 if request.method == "POST" else 200)


@fresh_sign_in
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role, after an interruption."""
    grant = get_object_or_404(RoleGrant.objects.select_related("user").filter(user__in=User.objects.visible_to(request.user)), pk=pk)
    if not permissions.can_change_roles(grant.user, request.user):
        raise PermissionDenied
    return pages.confirm(
        request,
        title=_("End a role"),
        facts=[(_("Person"), grant.user.name), (_("Role"), grant.get_role_display()), (_("Since"), grant.since)],
        button=_("End the role"),
        tone="blocked",
        form=EndRoleForm(request.POST or None),
        do=lambda cleaned: actions.end_role(grant, by=request.user, on=cleaned["on"]),
        back=grant.user.get_absolute_url(),
        done=_("The role ends; the person has to sign in again."),
    )


@fresh_sign_in
def let_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Deactivate an account, or let it in again."""
    found = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if not permissions.can_let_in(found, request.user):
        raise PermissionDenied
    act, title = (actions.deactivate, _("End somebody’s access")) if found.is_active else (actions.reactivate, _("Let somebody in again"))
    return pages.confirm(
        request,
        title=title,
        facts=[(_("Person"), found.name), (_("E-mail"), found.email)],
        warning=_("Every session ends at once. What this person did stays under their name.") if found.is_active else "",
        button=title,
        tone="blocked" if found.is_active else "",
        do=lambda _cleaned: act(found, by=request.user),
        back=found.get_absolute_url(),
        done=_("Done."),
    )


@fresh_sign_in
def reset_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """For whoever lost theirs, after asking them by another way."""
    found = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if not permissions.can_change_roles(found, request.user):
        raise PermissionDenied
    return pages.confirm(
        request,
        title=_("Take away a lost second factor"),
        facts=[(_("Person"), found.name), (_("E-mail"), found.email)],
        warning=_("Speak with this person first, face to face or on a number you know: whoever asks by e-mail may be somebody else."),
        button=_("Take it away"),
        tone="blocked",
        do=lambda _cleaned: actions.reset_second_factor(found, by=request.user),
        back=found.get_absolute_url(),
        done=_("At the next sign-in a new second factor is set up. The person was told."),
    )


INVITATION_COLUMNS = [
    Column("email", gettext_lazy("E-mail"), "email", sort="email", url=lambda invitation: f"/people/invitations/{invitation.pk}/withdraw/"),
    Column("name", gettext_lazy("Name"), "name", sort="name"),
    Column("by", gettext_lazy("Invited by"), "invited_by.name", sort="invited_by__name"),
    Column("at", gettext_lazy("Invited"), "invited_at", kind="datetime", sort="invited_at"),
    Column("until", gettext_lazy("Open until"), "expires_at", kind="datetime", sort="expires_at"),
    Column("accepted", gettext_lazy("Accepted"), "accepted_at", kind="datetime", sort="accepted_at"),
]


@login_required
def invitation_list(request: HttpRequest) -> HttpResponse:
    """Every invitation, the newest first."""
    _only_managers(request.user)
    found = Invitation.objects.visible_to(request.user).select_related("invited_by")
    empty = {"text": _("Nobody was invited yet."), "url": "/people/invite/", "label": _("Invite somebody")}
    return listing(
        request, found, title=_("Invitations"), columns=INVITATION_COLUMNS, search=["name", "email"], sort="-at", empty=empty
    )


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the link of an invitation worthless."""
    found = get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)
    if not found.is_open:
        return redirect("people:invitations")
    return pages.confirm(
        request,
        title=_("Withdraw an invitation"),
        facts=[(_("Name"), found.name), (_("E-mail"), found.email), (_("Open until"), found.expires_at)],
        button=_("Withdraw it"),
        do=lambda _cleaned: invitations.withdraw(found, by=request.user),
        back="/people/invitations/",
        done=_("The link is worth nothing any more."),
    )


def _letter_state(row: Outbox) -> str:
    if row.sent_at:
        return _("sent")
    return _("given up") if row.given_up_at else _("waiting")


LETTER_COLUMNS = [
    Column("written", gettext_lazy("Written"), "created_at", kind="datetime", sort="created_at"),
    Column("address", gettext_lazy("Address"), "address", sort="address"),
    Column("subject", gettext_lazy("Subject"), "subject"),
    Column("state", gettext_lazy("State"), _letter_state),
    Column("sent", gettext_lazy("Sent"), "sent_at", kind="datetime", sort="sent_at"),
    Column("attempts", gettext_lazy("Attempts"), "attempts", kind="number", sort="attempts"),
    Column("error", gettext_lazy("Last error"), "last_error"),
]
STATES = {
    "sent": {"sent_at__isnull": False},
    "waiting": {"sent_at__isnull": True, "given_up_at__isnull": True},
    "given_up": {"given_up_at__isnull": False},
}
LETTER_FILTERS = [
    Filter(
        "state",
        gettext_lazy("State"),
        [("waiting", gettext_lazy("waiting")), ("given_up", gettext_lazy("given up")), ("sent", gettext_lazy("sent"))],
        lambda queryset, value: queryset.filter(**STATES[value]),
    )
]


@login_required
def letters(request: HttpRequest) -> HttpResponse:
    """What was written to whom and whether it left; never what it said."""
    _only_managers(request.user)
    found = Outbox.objects.defer("body")
    return listing(
        request, found, title=_("Letters"), columns=LETTER_COLUMNS, filters=LETTER_FILTERS, search=["address", "subject"], sort="-written"
    )
