"""Making the file of a statement that is, or was, issued: from the same books and words, in the same language, the same bytes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from trustfund.audit.models import Event
from trustfund.chain import Finding
from trustfund.files.kinds import Kind
from trustfund.ledger.models import Seal, Subaccount
from trustfund.ledger.standing import TAKE_IN
from trustfund.statements import contributions, grant, pdf
from trustfund.statements.books import Books, snapshot
from trustfund.statements.catalogue import STATEMENTS, whole_set
from trustfund.statements.making import FORMATS, filename, set_name
from trustfund.statements.models import WHOLE_SET, Issue
from trustfund.statements.shape import Statement

KINDS = (Subaccount.Kind.DONOR, Subaccount.Kind.AGREEMENT, Subaccount.Kind.INSTALMENT, Subaccount.Kind.GRANT)
"""What has a statement of its own."""


@dataclass(frozen=True)
class File:
    """A file that was made just now."""

    name: str
    content: bytes
    kind: Kind

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def books_of(issue: Issue) -> Books:
    """The books and words that it is made from."""
    return Books(issue.as_of, issue.head, issue.head_hash, act=issue.act)


def file_of(issue: Issue) -> File:
    """Its file, made from the books. Donors and grants stand in it under their public labels, but for whom it is of."""
    with translation.override(issue.language), snapshot():
        if issue.code == WHOLE_SET:
            found = whole_set(books_of(issue), issue.since)
            return File(set_name(found), pdf.made_set(found), Kind.PDF)
        statement = _statement(issue)
        kind, make = FORMATS[issue.format]
        return File(filename(statement, issue.format), make(statement), kind)


def _statement(issue: Issue) -> Statement:
    books, of = books_of(issue), issue.subaccount
    if of is None:
        return STATEMENTS[issue.code].make(books, issue.since, None)
    if of.kind == Subaccount.Kind.GRANT:
        return grant.grant_statement(books, of, subject=of.name)
    return contributions.donor_statement(books, of, issue.since, subject=of.name)


def title_of(issue: Issue) -> str:
    """Which statement it is, in words."""
    if issue.subaccount is not None:
        return _("Statement of %(name)s") % {"name": issue.subaccount.name}
    return _("Financial statements, I to VI") if issue.code == WHOLE_SET else str(STATEMENTS[issue.code].title)


def touching(first: date, last: date) -> QuerySet[Issue]:
    """What was issued that says something of these days: of a day not before them, in a period that begins not after them."""
    return Issue.objects.filter(Q(since=None) | Q(since__lte=last), as_of__gte=first).select_related("subaccount").order_by("pk")


def of_year(year: int) -> list[tuple[Issue, str]]:
    """What was issued as of the end of a year, with its title."""
    found = Issue.objects.filter(as_of=date(year, 12, 31)).select_related("subaccount").order_by("pk")
    return [(each, title_of(each)) for each in found]


# Checks


def unlike_record() -> list[Finding]:
    """Statements issued that are not as they were put on record, or were made from a head that the ledger does not have."""
    told = _told()
    held = {str(each.pk): each for each in Issue.objects.order_by("pk")}
    hashes = dict(Seal.objects.filter(seq__in={each.head for each in held.values()}).values_list("seq", "hash"))
    gone = [Finding(f"statement issued {key}", "to be there, as on record", "no such row") for key in sorted(told.keys() - held.keys())]
    found = [
        Finding(f"statement issued {each}", f"{name} {told.get(key, {}).get(name)}, as on record", str(value))
        for key, each in held.items()
        for name, value in {**each.facts, "by": each.by_id}.items()
        if told.get(key, {}).get(name) != value
    ]
    return [*gone, *found, *(_head(each, hashes) for each in held.values() if each.head and hashes.get(each.head) != each.head_hash)]


def _told() -> dict[str, dict[str, Any]]:
    """What is on record of each, by primary key as text; what was issued before all of it was, was taken in."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for event in Event.objects.filter(object_type=Issue._meta.label_lower, act__in=("issue.make", TAKE_IN)).order_by("seq"):
        made_by = {"by": event.actor_id} if event.act == "issue.make" else {}
        found[event.object_id] |= {**event.details, **made_by}
    return found


def _head(issue: Issue, hashes: dict[int, str]) -> Finding:
    found = hashes.get(issue.head, "no such seal")[:12]
    return Finding(f"statement issued {issue}", f"seal {issue.head} to have the hash {issue.head_hash[:12]} that it prints", found)
