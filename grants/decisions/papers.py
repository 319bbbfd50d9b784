"""The papers of a session: the minutes, and each applicant's letter as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from grants.decisions.feedback import Line
from grants.decisions.models import FeedbackLetter, Recommendation, Session
from grants.decisions.money import Purse
from grants.reviews.models import ConflictOfInterest
from trustfund.documents.pdf import Document, Letter
from trustfund.files.models import StoredFile
from trustfund.files.storing import store_bytes
from trustfund.ui.formatting import day_text, money_text

Outcome = Recommendation.Outcome
LANGUAGE = "en"
"""Minutes are kept in one language."""


def minutes(session: Session, recommendations: Sequence[Recommendation], purse: Purse, *, by: Any) -> StoredFile:
    """Who sat, who was recused from what, and the outcome of every application with its reasons."""
    with translation.override(LANGUAGE):
        paper = Document(_("Minutes of the Board of Trustees"), session.call.title, LANGUAGE, reference=session.call.reference)
        paper.facts(_facts(session, purse))
        paper.heading(_("Present"))
        paper.items([seat.trustee.name for seat in session.seats.select_related("trustee") if seat.present])
        _recusals(paper, session)
        _outcomes(paper, recommendations)
        if session.remarks:
            paper.heading(_("Remarks"))
            paper.paragraph(session.remarks)
        paper.signatures([_("For the Board"), _("Secretary")])
        return store_bytes(paper.pdf(), f"{session.call.reference}-minutes.pdf", by=by)


def _facts(session: Session, purse: Purse) -> list[tuple[str, Any]]:
    return [
        (_("Call"), session.call.reference),
        (_("Day of the session"), session.sits_on),
        (_("Quorum for each application"), session.quorum),
        (_("Available"), purse.available),
        (_("Recommended"), purse.recommended),
    ]


def _recusals(paper: Document, session: Session) -> None:
    trustees = session.seats.values("trustee")
    found = ConflictOfInterest.objects.filter(application__call=session.call, user__in=trustees).select_related("user", "application")
    if found:
        paper.heading(_("Recused"))
        paper.items([f"{conflict.user.name}: {conflict.application.reference}" for conflict in found.order_by("pk")])


def _outcomes(paper: Document, recommendations: Sequence[Recommendation]) -> None:
    for outcome in Outcome:
        chosen = [each for each in recommendations if each.outcome == outcome]
        if not chosen:
            continue
        paper.heading(outcome.label)
        for each in sorted(chosen, key=lambda each: (each.rank or 0, each.application.reference)):
            paper.heading(f"{each.application.reference}: {each.application.organisation.name}", level=2)
            paper.facts(_decided(each))


def _decided(recommendation: Recommendation) -> list[tuple[str, Any]]:
    application = recommendation.application
    rows: list[tuple[str, Any]] = [(_("Project"), application.title), (_("Requested"), application.requested)]
    if recommendation.amount is not None:
        rows.append((_("Recommended amount"), recommendation.amount))
    if recommendation.rank is not None:
        rows.append((_("Rank on the reserve list"), recommendation.rank))
    return [*rows, (_("Reasons"), recommendation.reasons)] if recommendation.reasons else rows


def letter(recommendation: Recommendation, lines: Sequence[Line], *, session: Session, by: Any) -> FeedbackLetter:
    """The applicant's letter, in the language of who submitted, kept as a PDF."""
    application = recommendation.application
    language = application.submitted_by.language if application.submitted_by else LANGUAGE
    with translation.override(language):
        organisation = application.organisation
        to = [organisation.name, *organisation.address.splitlines()]
        on = session.sits_on
        paper = Letter(_subject(recommendation), to=to, on=on, place=_("Vienna"), language=language, reference=application.reference)
        paper.paragraph(opening(recommendation, session))
        paper.heading(_("By criterion"), level=2)
        paper.facts([(line.name, f"{line.label}. {line.text}".strip()) for line in lines])
        if recommendation.reasons:
            paper.heading(_("Reasons of the Board"), level=2)
            paper.paragraph(recommendation.reasons)
        paper.paragraph(_("The secretariat of the Fund"))
        stored = store_bytes(paper.pdf(), f"{application.reference}-decision.pdf", by=by)
    return FeedbackLetter.objects.create(application=application, session=session, pdf=stored)


def _subject(recommendation: Recommendation) -> str:
    return _("Your application %(reference)s") % {"reference": recommendation.application.reference}


def opening(recommendation: Recommendation, session: Session) -> str:
    """What the Board decided, in one sentence or two, in the language in force."""
    details = {"title": recommendation.application.title, "call": session.call.title, "day": day_text(session.sits_on)}
    if recommendation.amount is not None:
        text = _(
            "On %(day)s the Board of Trustees recommended “%(title)s” for a grant of up to %(amount)s. A grant is awarded when the Fund "
            "has approved it and both sides have signed the agreement; until then nothing is promised."
        )
        return text % {**details, "amount": money_text(recommendation.amount)}
    if recommendation.rank is not None:
        text = _(
            "On %(day)s the Board of Trustees put “%(title)s” on the reserve list at place %(rank)s. We write again if your turn comes."
        )
        return text % {**details, "rank": recommendation.rank}
    return _("On %(day)s the Board of Trustees decided on the call “%(call)s”. It did not select “%(title)s” for a grant.") % details
