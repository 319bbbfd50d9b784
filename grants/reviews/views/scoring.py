"""Pages for who scores: one's reviews, the declaration, the dossier beside the rubric, one's own review and its peers."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grants.applications import dossier
from grants.applications.permissions import sees_identity
from grants.reviews import actions, permissions
from grants.reviews.forms import DeclareForm, RubricForm
from grants.reviews.models import Review, State
from trustfund.lists import Column, Filter, listing
from trustfund.pages import attempt, done
from trustfund.people.roles import holds
from trustfund.workflow import possible, require


def _title(review: Review) -> str:
    """Nothing of what one is recused from."""
    return "" if review.state == State.RECUSED else review.application.title


COLUMNS = [
    Column("application", gettext_lazy("Application"), "application.reference", sort="application__reference", url=Review.get_absolute_url),
    Column("title", gettext_lazy("Project"), _title),
    Column("call", gettext_lazy("Call"), "application.call.title", sort="application__call__title"),
    Column("assigned", gettext_lazy("Assigned"), "assigned_at", kind="date", sort="assigned_at"),
    Column("submitted", gettext_lazy("Submitted"), "submitted_at", kind="date", sort="submitted_at"),
    Column("score", gettext_lazy("Score"), "score", kind="number", sort="score"),
    Column("state", gettext_lazy("State"), lambda review: review, kind="state", sort="state"),
]


@login_required
def index(request: HttpRequest) -> HttpResponseBase:
    """One's own reviews; who oversees and never scored is led to the calls."""
    if not holds(request.user, *permissions.SCORING, *permissions.OVERSEEING):
        raise Http404
    own = Review.objects.filter(reviewer_id=request.user.pk)
    if permissions.oversees(request.user) and not own.exists():
        return redirect("reviews:calls")
    return listing(
        request,
        own.select_related("application__call"),
        title=_("My reviews"),
        columns=COLUMNS,
        search=["application__reference"],
        filters=[Filter("state", _("State"), State.choices, "state")],
        sort="assigned",
        empty={"text": _("Nothing has been assigned to you yet. You get a letter when something is.")},
    )


def _visible(request: HttpRequest, pk: int) -> Review:
    found = Review.objects.visible_to(request.user).select_related("application__call", "application__organisation", "reviewer")
    return get_object_or_404(found, pk=pk)


def _own(request: HttpRequest, pk: int) -> Review:
    review = _visible(request, pk)
    if not permissions.is_reviewer(review, request.user):
        raise PermissionDenied
    return review


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A review as it was submitted, with its peers; one's own open one leads to its next step."""
    review = _visible(request, pk)
    own = review.reviewer_id == request.user.pk
    if own and review.state == State.ASSIGNED:
        return redirect("reviews:declare", pk)
    if own and review.state == State.RECUSED:
        return render(request, "grants/reviews/recused.html", {"review": review})
    if own and permissions.can_score(review, request.user):
        return redirect("reviews:score", pk)
    return render(request, "grants/reviews/detail.html", _read(request, review, own))


def _read(request: HttpRequest, review: Review, own: bool) -> dict[str, Any]:
    submitted = review.state == State.SUBMITTED
    peers = Review.objects.visible_to(request.user).submitted().filter(application=review.application_id).exclude(pk=review.pk)
    return {
        "review": review,
        "own": own,
        "marks": review.marks.select_related("criterion") if own or submitted else (),
        "peers": peers.select_related("reviewer").prefetch_related("marks__criterion") if not own or submitted else (),
        "can_reopen": possible(review.reopen, by=request.user),
        "can_remove": permissions.can_remove(review, request.user) and review.state in (State.ASSIGNED, State.ACCEPTED),
        "names": permissions.oversees(request.user),
    }


@login_required
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Before anything of the content shows: is there a conflict? Later too, when one is found."""
    review = _own(request, pk)
    require(review.recuse, by=request.user)
    form = DeclareForm(request.POST or None)
    if form.is_valid() and attempt(form, lambda: _declared(review, form.cleaned_data["conflict"], request.user)):
        review.refresh_from_db()
        if review.state == State.RECUSED:
            return done(request, _("You are recused: you will see nothing more of this application."), "reviews:list")
        return redirect("reviews:detail", pk)
    context = {"form": form, "review": review, "application": review.application, "named": sees_identity(review.application, request.user)}
    return render(request, "grants/reviews/declare.html", context, status=422 if form.is_bound else 200)


def _declared(review: Review, conflict: str, user: Any) -> None:
    if conflict != "no":
        actions.declare(review.application, by=user, reason_kind=conflict)
    elif review.state == State.ASSIGNED:
        actions.accept(review, by=user)


@login_required
def score(request: HttpRequest, pk: int) -> HttpResponse:
    """The dossier left, the rubric right."""
    review = _own(request, pk)
    require(review.submit, by=request.user)
    form = RubricForm(request.POST or None, review=review)
    if form.is_valid() and attempt(form, lambda: _kept(review, form, request)):
        if "submit" in request.POST:
            return done(request, _("Your review is submitted. You can now see what your peers gave."), review)
        return done(request, _("Saved. Nobody sees it before you submit."), review)
    blind = not sees_identity(review.application, request.user)
    context = {"form": form, "review": review, "dossier": dossier.build(review.application, blind=blind)}
    return render(request, "grants/reviews/score.html", context, status=422 if form.is_bound else 200)


def _kept(review: Review, form: RubricForm, request: HttpRequest) -> None:
    actions.save_draft(review, by=request.user, marks=form.marks(), comment=form.overall())
    if "submit" in request.POST:
        actions.submit(review, by=request.user)


@require_POST
def autosave(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep what changed: 401 signed out, 409 when the review is not open, 422 for what can't be kept."""
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    review = _own(request, pk)
    form = RubricForm(request.POST, review=review)
    if form.is_valid() and attempt(form, lambda: actions.save_draft(review, by=request.user, marks=form.marks(), comment=form.overall())):
        return JsonResponse({"fields": {}})
    return JsonResponse({"errors": form.errors}, status=422)
