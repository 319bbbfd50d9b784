"""What is done with the texts of a year: finance proposes a version, somebody else approves or returns it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import ConcurrentTransition

from trustfund import clock
from trustfund.audit.recording import record, trail_for
from trustfund.ledger import versions
from trustfund.ledger.models import GENERAL, FundWindow
from trustfund.statements import issuing, permissions
from trustfund.statements.models import FIRST_YEAR, LAST_YEAR, LONGEST, Disclosure, Issue, Passage
from trustfund.workflow import advance, lock, require


@transaction.atomic
def propose(year: int, texts: Mapping[str, str], *, by: Any) -> Disclosure:
    """Propose the texts of a year (by subject; empty ones are left out) as the next version.

    ValidationError: a version is under way already, no text, one that is too long, a year that is none.
    """
    if not permissions.can_write_texts(by):
        raise PermissionDenied
    kept = _checked(texts)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(_("Enter a year between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR})
    lock(FundWindow.objects.get(pk=GENERAL))  # one at a time: a year may have no version yet that could be locked
    versions = list(Disclosure.objects.filter(year=year))
    if any(each.state in (Disclosure.State.PROPOSED, Disclosure.State.RETURNED) for each in versions):
        raise ValidationError(_("A version of these texts is under way already."), code="under_way")
    disclosure = Disclosure(year=year, number=len(versions) + 1, maker=by)
    disclosure.save()
    _write(disclosure, kept)
    record("disclosure.propose", of=disclosure, by=by, year=year, number=disclosure.number)
    return disclosure


def _checked(texts: Mapping[str, str]) -> dict[str, str]:
    kept = {subject: text.strip() for subject, text in texts.items() if text.strip()}
    if not kept:
        raise ValidationError(_("Write at least one text."), code="empty")
    if any(len(text) > LONGEST for text in kept.values()):
        raise ValidationError(_("A text has at most %(most)s characters.") % {"most": LONGEST}, code="long")
    return kept


def _write(disclosure: Disclosure, texts: Mapping[str, str]) -> None:
    disclosure.passages.all().delete()
    Passage.objects.bulk_create(Passage(disclosure=disclosure, subject=subject, text=text) for subject, text in texts.items())


@transaction.atomic
def rewrite(disclosure: Disclosure, texts: Mapping[str, str], *, by: Any) -> Disclosure:
    """Its maker puts a returned version right, and it is proposed again."""
    lock(disclosure)
    require(disclosure.rewrite, by=by)
    _write(disclosure, _checked(texts))
    return advance(disclosure.rewrite, by=by)


def version_of(disclosure: Disclosure) -> int:
    """The number of the last act on it: whoever read it then has read what it says."""
    return trail_for(disclosure).values_list("seq", flat=True).last() or 0


@transaction.atomic
def approve(disclosure: Disclosure, *, by: Any, seen: int | None = None) -> Disclosure:
    """The second person approves: statements of the year print it from now on.

    `seen` is the version that was read (`version_of`): `ConcurrentTransition` (409) when it was returned and written anew since.
    """
    lock(disclosure)
    require(disclosure.approve, by=by)
    if seen not in (None, version_of(disclosure)):
        raise ConcurrentTransition("It was returned and written anew since it was read.")
    return advance(disclosure.approve, by=by, on=clock.today(), **versions.moment(), digest=disclosure.digest)


@transaction.atomic
def return_(disclosure: Disclosure, *, by: Any, remark: str) -> Disclosure:
    """Not approved: back to its maker."""
    return advance(disclosure.return_, by=by, remark=remark.strip())


@transaction.atomic
def cancel(disclosure: Disclosure, *, by: Any) -> Disclosure:
    """Its maker gives it up."""
    return advance(disclosure.cancel, by=by)


def issue(wanted: Issue, *, by: Any) -> Issue:
    """Issue a statement: make its file, and keep its hash, from which books it is, what it is for and who gives it out.

    `wanted` is not saved yet and says all but the hash. ValidationError: no purpose, the same file issued for the same purpose before.
    """
    if not permissions.can_issue(by):
        raise PermissionDenied
    wanted.purpose = wanted.purpose.strip()
    if not wanted.purpose:
        raise ValidationError({"purpose": _("Say whom it is for, and what for.")})
    made = issuing.file_of(wanted)  # before the transaction: it takes a while, and what it is made from never changes
    wanted.sha256, wanted.size, wanted.by = made.sha256, len(made.content), by
    return _issued(wanted, by)


@transaction.atomic
def _issued(wanted: Issue, by: Any) -> Issue:
    lock(FundWindow.objects.get(pk=GENERAL))  # one at a time, so that the second of two learns of the first
    before = Issue.objects.filter(sha256=wanted.sha256, purpose=wanted.purpose).first()
    if before is not None:
        raise ValidationError({"purpose": _("This file was issued for this already, as %(issue)s.") % {"issue": before}})
    wanted.save(force_insert=True)
    record("issue.make", of=wanted, by=by, **wanted.facts)
    return wanted
