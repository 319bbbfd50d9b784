"""The sections of the form: each a page that works without JavaScript, for several colleagues at once."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from django import forms as django_forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grants.applications import drafting, forms, privacy
from grants.applications.content import Content
from grants.applications.dossier import counts_of
from grants.applications.models import Application, ApplicationDocument
from grants.applications.views.finding import find_draft
from grants.calls.models import FormSection
from trustfund import rows
from trustfund.pages import attempt, done


@login_required
def section(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One section by its name."""
    application = find_draft(request, pk)
    content = Content(application)
    page = PAGES.get(name) or (questions if name.startswith("questions-") and _questions(content, name) else None)
    if page is None:
        raise Http404
    if request.method == "GET":
        drafting.seen(application, name, by=request.user)
    return page(request, application, content, name)


def about(request: HttpRequest, application: Application, content: Content, name: str) -> HttpResponse:
    form = forms.AboutForm(request.POST or None, instance=copy(application))  # what was typed is not what stands
    base = _base(request, content, name)
    stale, saved = _saved(form, lambda: drafting.save_about(application, form.cleaned_data, base=base, by=request.user))
    return saved or _page(request, application, content, name, "form", form=form, base=base, stale=stale, title=_("About the project"))


def questions(request: HttpRequest, application: Application, content: Content, name: str) -> HttpResponse:
    part = _questions(content, name)
    form = forms.AnswersForm(part, content, request.POST or None)
    if request.method == "POST" and form.is_valid():
        saved = drafting.save_answers(application, name, form.texts(), by=request.user)
        if saved.conflicts:
            return redirect("applications:merge", application.pk, saved.conflicts[0].pk)
        return done(request, _("Saved."), application)
    own = [conflict for conflict in content.conflicts if conflict.question in part.questions]
    return _page(request, application, content, name, "answers", form=form, title=part.title, conflicts=own)


def _questions(content: Content, name: str) -> FormSection:
    for part in content.form_sections:
        if part.name == name:
            return part
    raise Http404


def lines(request: HttpRequest, application: Application, content: Content, name: str) -> HttpResponse:
    initial = [forms.line_initial(line) for line in content.lines]
    formset = rows.formset(request, forms.LineForm, initial, spare=3, form_kwargs={"categories": content.categories})
    base = _base(request, content, name)
    stale, saved = _saved_rows(
        request, formset, lambda: drafting.save_lines(application, formset.rows(), base=base, by=request.user), application, to=name
    )
    return saved or _page(request, application, content, name, "budget", formset=formset, base=base, stale=stale, title=_("Budget"))


def plan(request: HttpRequest, application: Application, content: Content, name: str) -> HttpResponse:
    if not application.months:
        first = reverse("applications:section", args=[application.pk, "about"])
        return done(request, _("Say first how many months the project takes."), first)
    fields = ("activity", "result", "from_month", "to_month")
    initial = [{field: getattr(item, field) for field in fields} for item in content.plan]
    formset = rows.formset(request, forms.PlanForm, initial, spare=3, form_kwargs={"months": application.months})
    base = _base(request, content, name)
    stale, saved = _saved_rows(
        request, formset, lambda: drafting.save_plan(application, formset.rows(), base=base, by=request.user), application
    )
    return saved or _page(request, application, content, name, "rows", formset=formset, base=base, stale=stale, title=_("Work plan"))


def beneficiaries(request: HttpRequest, application: Application, content: Content, name: str) -> HttpResponse:
    base = _base(request, content, name)
    form = forms.CountsForm(request.POST or None, initial=forms.counts_initial(content.beneficiaries))
    stale, saved = _saved(form, lambda: drafting.save_beneficiaries(application, form.rows(), base=base, by=request.user))
    context = {"title": _("People you expect to help"), "their_counts": counts_of(content) if stale else []}
    return saved or _page(request, application, content, name, "beneficiaries", form=form, base=base, stale=stale, **context)


def funding(request: HttpRequest, application: Application, content: Content, name: str) -> HttpResponse:
    fields = ("funder", "purpose", "amount", "received", "same_costs")
    initial = [{field: getattr(row, field) for field in fields} for row in content.other_funding]
    formset = rows.formset(request, forms.FundingForm, initial, spare=2)
    head = forms.FundingHeadForm(
        request.POST or None, initial={"partners": application.partners, "no_other_funding": application.no_other_funding}
    )
    base = _base(request, content, name)

    def save() -> None:
        head.is_valid()
        values = {"partners": head.cleaned_data["partners"], "no_other_funding": head.cleaned_data["no_other_funding"]}
        drafting.save_funding(application, formset.rows(), **values, base=base, by=request.user)

    stale, saved = _saved_rows(request, formset, save, application)
    title = _("Partners and other funding")
    return saved or _page(request, application, content, name, "funding", form=head, formset=formset, base=base, stale=stale, title=title)


def documents(request: HttpRequest, application: Application, content: Content, name: str) -> HttpResponse:
    """Documents are added one by one; "these are all" completes the section."""
    if request.method == "POST" and "complete" in request.POST:
        drafting.confirm_documents(application, by=request.user)
        return done(request, _("Saved."), application)
    required = application.call.required_documents.all()
    form = forms.DocumentForm(request.POST or None, request.FILES or None, required=required)

    def save() -> None:
        drafting.add_document(application, form.cleaned_data["required"], form.cleaned_data["file"], by=request.user)

    if request.method == "POST" and form.is_valid() and attempt(form, save):
        return done(request, _("The document was added."), request.path)
    return _page(request, application, content, name, "documents", form=form, title=_("Documents"))


def declaration(request: HttpRequest, application: Application, content: Content, name: str) -> HttpResponse:
    form = forms.DeclarationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: drafting.declare(application, by=request.user)):
        return redirect("applications:check", application.pk)
    return _page(request, application, content, name, "form", form=form, title=_("Declaration"), submit=_("Declare"))


def protection(request: HttpRequest, application: Application, content: Content, name: str) -> HttpResponse:
    """What looks like data of a person, to be taken out or confirmed."""
    found = privacy.places(content)
    form = django_forms.Form(request.POST if request.method == "POST" else None)
    if form.is_bound and attempt(form, lambda: drafting.confirm_privacy(application, request.POST.get("digest", ""), by=request.user)):
        return done(request, _("Confirmed."), application)
    context = {"form": form, "places": found, "digest": privacy.digest(found), "title": _("Protection of persons")}
    return _page(request, application, content, name, "privacy", **context)


Page = Callable[[HttpRequest, Application, Content, str], HttpResponse]
PAGES: dict[str, Page] = {
    "about": about,
    "budget": lines,
    "plan": plan,
    "beneficiaries": beneficiaries,
    "funding": funding,
    "documents": documents,
    "declaration": declaration,
    "privacy": protection,
}


def _base(request: HttpRequest, content: Content, name: str) -> int:
    """The version that the page was opened on."""
    sent = request.POST.get("base", "")
    stored = content.sections.get(name)
    return int(sent) if sent.isdecimal() and len(sent) < 10 else (stored.version if stored and request.method == "GET" else 0)


Outcome = tuple[drafting.Stale | None, HttpResponse | None]


def _saved(form: Any, save: Callable[[], Any]) -> Outcome:
    """Try to save a valid form: (what made it stale, where to go)."""
    if not (form.is_bound and form.is_valid()):
        return None, None
    try:
        save()
    except drafting.Stale as stale:
        return stale, None
    return None, redirect("../../")


def _saved_rows(request: HttpRequest, formset: rows.Rows, save: Callable[[], Any], application: Application, to: str = "") -> Outcome:
    """The same for rows; a button that only adds a row saves nothing, what the action refuses is said above the rows."""
    if request.method != "POST" or rows.adds(request) or not formset.is_valid():
        return None, None
    try:
        save()
    except drafting.Stale as stale:
        return stale, None
    except ValidationError as error:
        formset.refuse(error)
        return None, None
    target = reverse("applications:section", args=[application.pk, to]) if to else application.get_absolute_url()
    return None, done(request, _("Saved."), target)


def _page(request: HttpRequest, application: Application, content: Content, name: str, template: str, **context: Any) -> HttpResponse:
    """The page of a section, with who else is in it and what in it looks like data of a person."""
    stale = context.get("stale")
    if stale is not None:
        context["base"] = stale.section.version
    shared = {
        "application": application,
        "call": application.call,
        "content": content,
        "name": name,
        "colleagues": drafting.colleagues(application, name, besides=request.user),
        "warnings": privacy.places(content, name) if name != "privacy" else [],
    }
    status = 409 if stale else 422 if request.method == "POST" and not rows.adds(request) else 200
    return render(request, f"grants/applications/section_{template}.html", {**shared, **context}, status=status)


@require_POST
def autosave(request: HttpRequest, pk: int, name: str) -> JsonResponse:
    """Save the answers that changed: {"fields": {hidden version field: its new value}}; 401 signed out, 409 when two wrote at once."""
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    application = find_draft(request, pk)
    content = Content(application)
    form = forms.AnswersForm(_questions(content, name), content, request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    drafting.seen(application, name, by=request.user)
    saved = drafting.save_answers(application, name, form.texts(), by=request.user)
    fields = {f"version-{question}": str(version) for question, version in saved.versions.items()}
    return JsonResponse({"fields": fields}, status=409 if saved.conflicts else 200)


@login_required
def merge(request: HttpRequest, pk: int, conflict_pk: int) -> HttpResponse:
    """Two texts under one question, and the one that shall stand."""
    application = find_draft(request, pk)
    conflict = get_object_or_404(application.conflicts.select_related("question", "author", "theirs_by"), pk=conflict_pk, merged_at=None)
    answer = application.answers.get(question=conflict.question)
    both = answer.text if conflict.text in answer.text else f"{answer.text}\n\n{conflict.text}"
    form = forms.MergeForm(request.POST or None, initial={"text": both, "base": answer.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if attempt(form, lambda: drafting.merge(conflict, data["text"], base=data["base"], by=request.user)):
            return done(request, _("The two texts are one now."), application)
        form.data = {**request.POST.dict(), "base": str(application.answers.get(pk=answer.pk).version)}
    context = {"application": application, "conflict": conflict, "form": form}
    return render(request, "grants/applications/merge.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def remove_document(request: HttpRequest, pk: int, document_pk: int) -> HttpResponse:
    application = find_draft(request, pk)
    document = get_object_or_404(ApplicationDocument, application=application, pk=document_pk)
    drafting.remove_document(document, by=request.user)
    return done(request, _("The document was removed."), reverse("applications:section", args=[application.pk, "documents"]))
