"""Pages about calls: the public ones, and those on which the secretariat prepares and follows them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.calls import actions, completeness, forms, permissions
from grants.calls.models import Call, State, form_sections
from trustfund import acting, clock, rows
from trustfund.audit.recording import trail_for
from trustfund.lists import Column, Filter, listing
from trustfund.pages import attempt, done
from trustfund.ui.formatting import VIENNA, moment_text
from trustfund.workflow import possibilities, require

COLUMNS = [
    Column("reference", gettext_lazy("Reference"), "reference", sort="reference", url=lambda call: call.manage_url),
    Column("title", gettext_lazy("Title"), "title", sort="title"),
    Column("closes", gettext_lazy("Closes"), "closes_at", kind="datetime", sort="closes_at"),
    Column("available", gettext_lazy("Available"), "total_available", kind="money", sort="total_available", total="total_available"),
    Column("applications", gettext_lazy("Applications"), "submitted_count", kind="number", sort="submitted_count"),
    Column("state", gettext_lazy("State"), lambda call: call, kind="state", sort="state"),
]


def index(request: HttpRequest) -> HttpResponse:
    """The public page of calls: open, coming and past."""
    now = clock.now()
    calls = list(Call.objects.filter(published_at__isnull=False).order_by("closes_at"))
    running = [call for call in calls if call.is_open(now)]
    coming = [call for call in calls if call.is_upcoming(now)]
    past = [call for call in reversed(calls) if call not in running and call not in coming]
    return render(request, "grants/calls/index.html", {"running": running, "coming": coming, "past": past})


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One call as the public reads it; a draft in the same way for those who prepare it."""
    call = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    context = {
        "call": call,
        "sections": form_sections(list(call.questions.all())),
        "extensions": call.extensions.all(),
        "tranches": call.tranche_pattern,
        "is_open": call.is_open(),
        "is_upcoming": call.is_upcoming(),
        "can_manage": permissions.sees_all(request.user),
    }
    return render(request, "grants/calls/detail.html", context)


@login_required
def register(request: HttpRequest) -> HttpResponse:
    """All calls, for the secretariat."""
    if not permissions.sees_all(request.user):
        raise PermissionDenied
    submitted = Count("applications", filter=Q(applications__submitted_at__isnull=False))
    return listing(
        request,
        Call.objects.visible_to(request.user).annotate(submitted_count=submitted),
        title=_("Calls"),
        columns=COLUMNS,
        search=["reference", "title"],
        filters=[Filter("state", _("State"), State.choices, "state")],
        sort="-closes",
        empty={"text": _("There is no call yet."), "url": reverse("calls:create"), "label": _("Draft a call")},
        template="grants/calls/register.html",
        context={"can_draft": permissions.can_draft(request.user)},
    )


@login_required
def create(request: HttpRequest) -> HttpResponse:
    if not permissions.can_draft(request.user):
        raise PermissionDenied
    form = forms.NewCallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        call = actions.draft(by=request.user, **form.cleaned_data)
        return redirect("calls:manage", call.pk)
    return _form(request, form, title=_("Draft a call"), back=reverse("calls:register"))


@login_required
def manage(request: HttpRequest, pk: int) -> HttpResponse:
    """The secretariat's page about a call: what stands in it, what is missing, what can be done."""
    call = _staff_call(request, pk)
    draft = call.state == State.DRAFT
    context = {
        "call": call,
        "sections": [(name, title) for name, (title, _form) in forms.SECTIONS.items()],
        "parts": [(part, title, getattr(call, part).count()) for part, (title, _form) in forms.PARTS.items()],
        "missing": completeness.missing(call, clock.now()) if draft else [],
        "can_revise": permissions.can_revise(call, request.user),
        "can_draft": permissions.can_draft(request.user),
        "can": possibilities(call, ("publish", "extend", "close", "archive", "cancel"), by=request.user),
        "events": trail_for(call),
        "extensions": call.extensions.select_related("by"),
    }
    return render(request, "grants/calls/manage.html", context)


@login_required
def edit(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """One section of a draft's own columns."""
    call = _own_draft(request, pk)
    if section not in forms.SECTIONS:
        raise Http404
    title, form_class = forms.SECTIONS[section]
    form = form_class(request.POST or None, instance=call)
    if request.method == "POST" and form.is_valid():
        fresh = Call.objects.get(pk=call.pk)
        if attempt(form, lambda: actions.revise(fresh, by=request.user, **form.cleaned_data)):
            return done(request, _("Saved."), call.manage_url)
    return _form(request, form, title=title, back=call.manage_url)


@login_required
def part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """The rows of one part of a draft."""
    call = _own_draft(request, pk)
    if part not in forms.PARTS:
        raise Http404
    title, form_class = forms.PARTS[part]
    formset = rows.formset(request, form_class, list(getattr(call, part).values()))
    saving = request.method == "POST" and not rows.adds(request)
    errors: list[str] = []
    if saving and formset.is_valid():
        errors = _set_parts(call, part, formset, request.user)
        if not errors:
            return done(request, _("Saved."), call.manage_url)
    context = {"call": call, "title": title, "formset": formset, "errors": errors, "back": call.manage_url}
    return render(request, "grants/calls/rows.html", context, status=422 if saving else 200)


def _set_parts(call: Call, part: str, formset: rows.Rows, user: Any) -> list[str]:
    """Set the rows; what the action says against them, if anything."""
    try:
        actions.set_parts(call, part, formset.rows(), by=user)
    except ValidationError as error:
        return error.messages
    return []


@login_required
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    call = _staff_call(request, pk)
    if not permissions.can_draft(request.user):
        raise PermissionDenied
    form = forms.NewCallForm(request.POST or None, initial={"title": call.title})
    if request.method == "POST" and form.is_valid():
        new = actions.copy(call, by=request.user, **form.cleaned_data)
        return done(request, _("Copied. Its dates are still to be set."), new.manage_url)
    return _form(request, form, title=_("Copy a call"), back=call.manage_url)


@login_required
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    call = _staff_call(request, pk)
    facts = [(_("Call"), str(call)), (_("Available in all"), call.total_available), (_("Most for one grant"), call.ceiling)]
    facts.append((_("Fund window"), str(call.window)))
    facts += [(_("Opens"), _moment(call.opens_at)), (_("Closes"), _moment(call.closes_at))]
    return acting.page(
        request,
        call.publish,
        actions.publish,
        title=_("Publish this call?"),
        facts=[(label, value) for label, value in facts if value is not None],
        warning=_("After this nothing of it can be changed but the closing date, and that only to a later one."),
        button=_("Publish"),
        back=call.manage_url,
        done=_("The call is published."),
    )


@login_required
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    call = _staff_call(request, pk)
    return acting.page(
        request,
        call.extend,
        actions.extend,
        title=_("Extend the closing date"),
        facts=[(_("Call"), str(call)), (_("Closes now"), _moment(call.closes_at))],
        form=forms.ExtensionForm(request.POST or None),
        button=_("Extend for everyone"),
        back=call.manage_url,
        done=_("The closing date was extended."),
    )


@login_required
def close(request: HttpRequest, pk: int) -> HttpResponse:
    call = _staff_call(request, pk)
    return acting.page(
        request,
        call.close,
        actions.close,
        title=_("Close this call?"),
        facts=[(_("Call"), str(call)), (_("Its deadline"), _moment(call.closes_at))],
        button=_("Close"),
        back=call.manage_url,
        done=_("The call is closed."),
    )


@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    call = _staff_call(request, pk)
    return acting.page(
        request,
        call.cancel,
        actions.cancel,
        title=_("Cancel this call?"),
        facts=[(_("Call"), str(call))],
        warning=_("There will be no grants from it. This can't be undone."),
        tone="blocked",
        button=_("Cancel the call"),
        back=call.manage_url,
        done=_("The call is cancelled."),
    )


@login_required
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    call = _staff_call(request, pk)
    return acting.page(
        request,
        call.archive,
        actions.archive,
        title=_("Archive this call?"),
        facts=[(_("Call"), str(call))],
        button=_("Archive"),
        back=call.manage_url,
        done=_("The call is archived."),
    )


def _staff_call(request: HttpRequest, pk: int) -> Call:
    """A call on the staff's pages: 404 for whom it is invisible, 403 for who reads the public page only."""
    call = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    if not permissions.sees_all(request.user):
        raise PermissionDenied
    return call


def _own_draft(request: HttpRequest, pk: int) -> Call:
    """A draft that the reader may change: 403 without the role, 409 once it is published."""
    call = _staff_call(request, pk)
    require(call.publish, by=request.user)
    return call


def _form(request: HttpRequest, form: Any, *, title: Any, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back}
    return render(request, "grants/calls/form.html", context, status=422 if form.is_bound else 200)


def _moment(moment: Any) -> str | None:
    return None if moment is None else _("%(moment)s in Vienna") % {"moment": moment_text(moment, zone=VIENNA)}
