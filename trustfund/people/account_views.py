"""One's own account: details, language, sessions, and accepting an invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from trustfund import pages
from trustfund.audit.recording import trail_for
from trustfund.people import actions, invitations, second_factor
from trustfund.people.forms import AcceptForm, AccountForm
from trustfund.people.models import Invitation, RoleGrant, User


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """My account: name, language, time zone; ways to password, address, second factor and sessions."""
    person = User.objects.get(pk=request.user.pk)
    form = AccountForm(request.POST or None, instance=User.objects.get(pk=person.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        return pages.done(request, _("Saved."), "people:account")
    context = {
        "form": form,
        "factors": second_factor.factors_of(person),
        "obligatory": second_factor.is_obligatory(request.user),
        "sign_ins": trail_for(person).filter(act="account.sign_in").reverse()[:5],
        "grants": RoleGrant.objects.filter(user=request.user.pk).order_by("since"),
    }
    return render(request, "people/account.html", context, status=422 if request.method == "POST" else 200)


@login_required
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else: this browser stays signed in."""

    def do(_cleaned: dict[str, Any]) -> None:
        person = actions.end_sessions(User.objects.get(pk=request.user.pk), by=request.user)
        update_session_auth_hash(request, person)

    return pages.confirm(
        request,
        title=_("Sign out everywhere else"),
        facts=[(_("What happens"), _("Every other browser and device in which you are signed in has to sign in again."))],
        button=_("Sign out everywhere else"),
        do=do,
        back="/people/account/",
        done=_("You are signed in here only."),
    )


@login_required
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Where a role-holder without a second factor is brought: why, and the two ways to one."""
    if second_factor.has_one(request.user):
        return redirect("home")
    return render(request, "people/second_factor.html", {"obligatory": second_factor.is_obligatory(request.user)})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The switcher in the header: for this browser, and for good for whoever is signed in."""
    response = django_set_language(request)
    wanted = request.POST.get("language", "")
    if request.user.is_authenticated and wanted in dict(User._meta.get_field("language").choices or ()):
        User.objects.filter(pk=request.user.pk).update(language=wanted)
    return response


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a link in an invitation: an unknown one is 404, one that is used up says so (410)."""
    found = invitations.find(token)
    if found is None:
        raise Http404
    if not found.is_open:
        return render(request, "people/invitation_closed.html", {"invitation": found}, status=410)
    owner = User.objects.filter(email__iexact=found.email).first()
    if owner is None and not request.user.is_authenticated:
        return _join(request, found)
    if owner != request.user:
        return _for_somebody_else(request, found, owner)
    return _take_on(request, found)


def _join(request: HttpRequest, found: Invitation) -> HttpResponse:
    """An account is made: whoever has the link reads the letters of that address."""
    form = AcceptForm(request.POST or None, email=found.email, initial={"name": found.name, "language": found.language})
    if request.method == "POST" and form.is_valid():
        joined: list[User] = []
        if pages.attempt(form, lambda: joined.append(invitations.accept(found, by=None, **form.cleaned_data))):
            record_authentication(request, joined[0], method="password")
            response: HttpResponse = perform_login(request, Login(user=joined[0]))
            return response
    context = {"form": form, "invitation": found}
    return render(request, "people/invitation.html", context, status=422 if request.method == "POST" else 200)


def _for_somebody_else(request: HttpRequest, found: Invitation, owner: User | None) -> HttpResponse:
    """Signed in as another person, or not at all though there is an account: sign in as the one it was written to."""
    return render(request, "people/invitation_other.html", {"invitation": found, "owner": owner}, status=403)


def _take_on(request: HttpRequest, found: Invitation) -> HttpResponse:
    """A role that is taken on ends the sessions of before, but for this one."""

    def do(_cleaned: dict[str, Any]) -> None:
        person = invitations.accept(found, by=User.objects.get(pk=request.user.pk))
        update_session_auth_hash(request, person)

    return pages.confirm(
        request,
        title=_("You are invited"),
        facts=[(_("Invited by"), str(found.invited_by or "")), (_("Your account"), found.email)],
        button=_("Accept"),
        do=do,
        back="/home/",
        done=_("You accepted the invitation."),
    )
