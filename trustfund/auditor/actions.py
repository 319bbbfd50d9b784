"""What is done at the auditor's desk: ask for a verification or a pack, draw a sample, say what was found, keep where one has been."""

from __future__ import annotations

import re
import secrets
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task

from trustfund import clock
from trustfund.audit.models import AuditHead
from trustfund.audit.recording import record
from trustfund.auditor import jobs, permissions, populations, sampling
from trustfund.auditor.models import Pack, Result, Sample, SampleItem, Verification, Visit
from trustfund.ledger.models import Account, LedgerHead, Seal
from trustfund.money import Money

SEED = re.compile(r"[A-Za-z0-9-]{1,64}")
"""It goes on record, so it is no free text; and a shell takes it as it is."""


@task()
def work_task() -> int:
    """The nudge: do what was asked for. Returns how many things were done."""
    return jobs.work(clock.now())


def demand(allowed: bool) -> None:
    """PermissionDenied unless it is allowed."""
    if not allowed:
        raise PermissionDenied


def head_at(number: int | None) -> LedgerHead | Seal:
    """The seal with a number, or the head; ValidationError for a number that no seal has."""
    newest = LedgerHead.objects.get(pk=1)
    if number in (None, newest.seq):
        return newest
    seal = Seal.objects.filter(seq=number).first()
    if seal is None:
        raise ValidationError({"head": _("The books have no seal number %(number)s.") % {"number": number}})
    return seal


@transaction.atomic
def visit(*, by: Any) -> Visit:
    """Keep up to where the auditor has seen everything."""
    demand(permissions.can_audit(by))
    made = Visit.objects.create(by=by, head=LedgerHead.objects.get(pk=1).seq, audit_head=AuditHead.objects.get(pk=1).seq)
    record("visit.keep", of=made, by=by, head=made.head, audit_head=made.audit_head)
    return made


@transaction.atomic
def ask_verification(*, by: Any, first: int | None = None, last: int | None = None) -> Verification:
    """Have everything verified, or the seals from one number to another. ValidationError for a range that is not there."""
    demand(permissions.can_verify(by))
    head = LedgerHead.objects.get(pk=1)
    if first is not None or last is not None:
        first, last = 1 if first is None else first, head.seq if last is None else last
        if not 1 <= first <= last <= head.seq:
            message = _("There are seals from 1 to %(last)s: choose a range within them.")
            raise ValidationError({"first": message % {"last": head.seq}})
    made = Verification.objects.create(asked_by=by, head=head.seq, head_hash=head.hash, first=first, last=last)
    record("verification.ask", of=made, by=by, head=head.seq, first=first, last=last)
    work_task.enqueue()
    return made


@transaction.atomic
def ask_pack(*, by: Any, since: date, until: date, head: int | None = None) -> Pack:
    """Have an audit pack of a period made, as the books stood at a head: with samples and the banks' files for an auditor alone.

    ValidationError by field.
    """
    demand(permissions.can_pack(by))
    _check_days(since, until)
    seal = head_at(head)
    audit = AuditHead.objects.get(pk=1)
    about = {"since": since, "until": until, "head": seal.seq, "head_hash": seal.hash, "audit_head": audit.seq}
    made = Pack.objects.create(asked_by=by, of_auditor=permissions.can_audit(by), **about)
    record("pack.ask", of=made, by=by, since=since, until=until, head=seal.seq)
    work_task.enqueue()
    return made


def _check_days(since: date, until: date) -> None:
    if since > until:
        raise ValidationError({"since": _("The first day is after the last.")})
    if since.year < 2000:
        raise ValidationError({"since": _("The books begin in the year 2000 at the earliest.")})


@transaction.atomic
def taken(pack: Pack, *, by: Any) -> Pack:
    """Put on record that a pack was downloaded. PermissionDenied, ValidationError when it is not there (any more), or past its day."""
    demand(Pack.objects.filter(pk=pack.pk).visible_to(by).exists())
    if not pack.is_there:
        raise ValidationError(_("The pack is not there."))
    record("pack.download", of=pack, by=by, sha256=pack.sha256)
    return pack


@transaction.atomic
def draw(
    *,
    by: Any,
    method: str,
    population: str,
    since: date,
    until: date,
    size: int,
    account: Account | None = None,
    source: str = "",
    head: int | None = None,
    seed: str = "",
) -> Sample:
    """Draw a sample and keep it; without a seed one is made. ValidationError by field: nothing to draw from, days that can't be."""
    demand(permissions.can_audit(by))
    _check_days(since, until)
    seal, seed = head_at(head), seed or secrets.token_hex(8)
    if not SEED.fullmatch(seed):
        raise ValidationError({"seed": _("A seed is made of letters, digits and hyphens, at most 64.")})
    bounds = {"since": since, "until": until, "head": seal.seq, "account": account and account.code, "source": source}
    units = populations.units_of(population, **bounds)
    if not units:
        raise ValidationError(_("Nothing was posted there in these days: there is nothing to draw from."))
    how = sampling.monetary_sample if method == Sample.Method.MONETARY else sampling.random_sample
    drawn = how(units, seed=seed, size=size)
    about = {"method": method, "population": population, "account": account, "source": source, "since": since, "until": until}
    made = Sample(made_by=by, head=seal.seq, head_hash=seal.hash, seed=seed, size=size, **about)
    _keep(made, drawn)
    record("sample.draw", of=made, by=by, head=seal.seq, seed=seed, size=size, population=drawn.population_hash)
    return made


def _keep(sample: Sample, drawn: sampling.Drawn) -> None:
    """The sample's figures and its items."""
    sample.count, sample.population_hash = drawn.count, drawn.population_hash
    sample.value, sample.interval, sample.start = (Money.from_minor(each, "USD") for each in (drawn.value, drawn.interval, drawn.start))
    sample.save()
    SampleItem.objects.bulk_create(
        SampleItem(
            sample=sample,
            position=position,
            key=each.unit.key,
            entry_id=populations.entry_of(each.unit.key),
            value=Money.from_minor(each.unit.value, "USD"),
            hits=list(each.hits),
            certain=each.certain,
        )
        for position, each in enumerate(drawn.chosen, 1)
    )


def drawn_again(sample: Sample) -> sampling.Drawn:
    """The same sample drawn again from the books as they are: another hash of the population says that they were altered."""
    bounds = {"since": sample.since, "until": sample.until, "head": sample.head, "account": sample.account_id, "source": sample.source}
    how = sampling.monetary_sample if sample.method == Sample.Method.MONETARY else sampling.random_sample
    return how(populations.units_of(sample.population, **bounds), seed=sample.seed, size=sample.size)


@transaction.atomic
def note(item: SampleItem, *, by: Any, verdict: str, text: str = "") -> Result:
    """Say what was found of an item; an exception and a question want words."""
    demand(permissions.can_audit(by))
    if verdict != Result.Verdict.AGREED and not text.strip():
        raise ValidationError({"text": _("Say in a sentence what was found.")})
    made = Result.objects.create(item=item, verdict=verdict, text=text.strip(), by=by)
    record("sample.note", of=item.sample, by=by, item=item.position, verdict=str(verdict))
    return made
