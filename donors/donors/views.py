"""Pages about donors: the list, one donor, its contacts. For whoever works with the Fund's money; donors have their portal."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donors.donors import actions, permissions
from donors.donors.forms import ChangeForm, ContactForm, DonorForm
from donors.donors.models import Contact, Donor
from trustfund import pages
from trustfund.audit.recording import trail_for
from trustfund.lists import Column, Filter, listing

COLUMNS = [
    Column("name", gettext_lazy("Donor"), "name", sort="name", url=Donor.get_absolute_url),
    Column("kind", gettext_lazy("Kind"), "get_kind_display", sort="kind"),
    Column("country", gettext_lazy("Country"), "country_name", sort="country"),
    Column("public", gettext_lazy("In public"), "public_label"),
    Column("code", gettext_lazy("Code"), "code", sort="pk"),
]
FILTERS = [
    Filter("kind", gettext_lazy("Kind"), Donor.Kind.choices, "kind"),
    Filter(
        "anonymous",
        gettext_lazy("In public"),
        [("1", gettext_lazy("Anonymous")), ("0", gettext_lazy("By name"))],
        "anonymous_in_public",
    ),
]


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """All donors."""
    return listing(
        request,
        Donor.objects.visible_to(request.user),
        title=_("Donors"),
        columns=COLUMNS,
        search=["name"],
        filters=FILTERS,
        sort="name",
        empty={"text": _("No donor is registered here yet.")},
        template="donors/donors/index.html",
        context={"can_register": permissions.can_register(None, request.user)},
    )


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Register a donor."""
    if not permissions.can_register(None, request.user):
        raise PermissionDenied
    form = DonorForm(request.POST or None)
    made: list[Donor] = []
    if form.is_valid() and pages.attempt(form, lambda: made.append(actions.register(by=request.user, **form.cleaned_data))):
        return pages.done(request, _("The donor is registered."), made[0])
    context = {"form": form, "title": _("Register a donor"), "submit": _("Register"), "back": "donors:index"}
    return render(request, "donors/donors/form.html", context, status=422 if form.is_bound else 200)


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One donor: who it is, who acts for it, what it pledged and gave. A contact is sent to the portal."""
    donor = get_object_or_404(Donor.objects.visible_to(request.user), pk=pk)
    if not permissions.sees_all(request.user):
        return redirect("portal:index")
    context = {
        "donor": donor,
        "title": donor.name,
        "contacts": actions.contacts_of(donor),
        "pledges": donor.pledges.all(),
        "contributions": donor.contributions.select_related("instalment__pledge"),
        "events": trail_for(donor),
        "can_change": permissions.can_change(donor, request.user),
    }
    return render(request, "donors/donors/detail.html", context)


@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name, country or anonymity."""
    donor = get_object_or_404(Donor.objects.visible_to(request.user), pk=pk)
    if not permissions.can_change(donor, request.user):
        raise PermissionDenied
    form = ChangeForm(request.POST or None, donor=donor)
    if form.is_valid() and pages.attempt(form, lambda: actions.change(donor, by=request.user, **form.cleaned_data)):
        return pages.done(request, _("The change is saved; labels in the books follow it."), donor)
    context = {"form": form, "title": _("Change a donor"), "submit": _("Save"), "donor": donor}
    return render(request, "donors/donors/form.html", context, status=422 if form.is_bound else 200)


@login_required
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite a person to act for the donor."""
    donor = get_object_or_404(Donor.objects.visible_to(request.user), pk=pk)
    if not permissions.can_invite(donor, request.user):
        raise PermissionDenied
    form = ContactForm(request.POST or None)
    if form.is_valid() and pages.attempt(form, lambda: actions.invite_contact(donor, by=request.user, **form.cleaned_data)):
        return pages.done(request, _("The invitation is on its way."), donor)
    context = {"form": form, "title": _("Invite a contact"), "submit": _("Send the invitation"), "donor": donor}
    return render(request, "donors/donors/form.html", context, status=422 if form.is_bound else 200)


@login_required
def end_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """End that a person acts for a donor."""
    contact = get_object_or_404(
        Contact.objects.filter(donor__in=Donor.objects.visible_to(request.user)).select_related("user", "donor"), pk=pk
    )
    if not permissions.can_invite(contact.donor, request.user):
        raise PermissionDenied
    return pages.confirm(
        request,
        title=_("End this person's access"),
        facts=[(_("Person"), contact.user.name), (_("Donor"), contact.donor.name)],
        warning=_("The person no longer sees this donor's pledges, contributions and statements."),
        button=_("End the access"),
        do=lambda _data: actions.end_contact(contact, by=request.user),
        back=contact.donor.get_absolute_url(),
        done=_("The access is ended."),
        tone="blocked",
    )
