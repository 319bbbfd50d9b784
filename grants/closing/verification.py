"""Grants against the books: what was signed against commitments, payments against the bank, accepted reports against expenditure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django.db.models import F, Q, Sum

from grants.agreements.models import Grant, State
from grants.calls.models import Policy
from grants.closing.facts import grants_on_record
from grants.closing.models import Refund
from grants.payments.models import LEFT_THE_BANK, Payment
from grants.reports.disallowances.models import Disallowance
from grants.reports.disallowances.verification import disallowances_on_record
from grants.reports.models import Report
from grants.tranches.models import State as TrancheState
from grants.tranches.models import Tranche
from trustfund.chain import Finding, advised
from trustfund.ledger.funding.trace import DUE
from trustfund.ledger.models import Entry, Line
from trustfund.ledger.postings import BANKS, bank_code
from trustfund.money import usd_cents

DISALLOWED, REFUNDED = "disallowance.approve", "closing.refund"
Moved = dict[tuple[str, int | None], int]
"""Cents of debit less credit by account and subaccount."""


def _sums(lines: Any, key: str) -> dict[Any, int]:
    """Debit less credit in cents by a column."""
    return {row[key]: row["sum"] for row in lines.order_by().values(key).annotate(sum=Sum(F("debit") - F("credit")))}


@advised("Compare the agreement's signed version with its entry of commitment; a wrong entry is reversed, a wrong amount is an amendment.")
def commitments() -> list[Finding]:
    """Account 9010 of each grant: committed when it was countersigned, for what was signed; nothing before, nothing once it is closed;
    never below zero."""
    lines = Line.objects.filter(account_id="9010")
    held = _sums(lines, "subaccount_id")
    signed = _sums(lines.filter(entry__source="grant.countersign"), "subaccount_id")
    findings = []
    for grant in Grant.objects.exclude(subaccount=None).order_by("pk"):
        balance, committed = held.get(grant.subaccount_id, 0), signed.get(grant.subaccount_id, 0)
        if grant.countersigned_at and usd_cents(committed) != grant.amount:
            findings.append(Finding(f"commitment of {grant}", f"{grant.amount}, as the agreement says", str(usd_cents(committed))))
        if not grant.countersigned_at and (balance or committed):
            findings.append(Finding(f"commitment of {grant}", "nothing before it is countersigned", str(usd_cents(balance))))
        if grant.state == State.CLOSED and balance:
            findings.append(Finding(f"commitment of {grant}", "nothing once it is closed", str(usd_cents(balance))))
        if balance < 0:
            findings.append(Finding(f"commitment of {grant}", "nothing below zero", str(usd_cents(balance))))
        if balance > max(committed, grant.amount.minor):
            findings.append(Finding(f"commitment of {grant}", f"no more than the agreement's {grant.amount}", str(usd_cents(balance))))
    return findings


@advised("Open the payment and its entry: what the bank paid is what the entry must take from the bank account.")
def payments_made() -> list[Finding]:
    """Each payment that left the bank has its entry, which takes what was to transfer from the account it was paid from; no other has."""
    gone = {each.pk: each for each in Payment.objects.filter(entry__isnull=False).select_related("entry", "paid_from")}
    taken = _bank(each.entry_id for each in gone.values())
    paid = Payment.objects.filter(state__in=LEFT_THE_BANK)
    findings = [Finding(f"payment {each}", "its entry in the books", "none") for each in paid.filter(entry=None)]
    for pk, payment in sorted(gone.items()):
        where, entry = f"payment {payment} ({pk})", cast(Entry, payment.entry)
        if entry.reference != f"payment:{pk}:paid":
            findings.append(Finding(where, f"the entry payment:{pk}:paid", entry.reference))
        out = -taken[entry.pk].get(payment.paid_from_id, 0)
        if out != payment.to_transfer.minor:
            findings.append(Finding(where, f"its entry to take {payment.to_transfer} from {payment.paid_from.code}", str(usd_cents(out))))
    return findings


def _bank(entries: Any) -> dict[int, dict[int, int]]:
    """Entry -> bank account -> cents that it moved there."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    lines = Line.objects.filter(entry_id__in=list(entries), account_id__in=BANKS).order_by()
    for row in lines.values("entry_id", "subaccount_id").annotate(sum=Sum(F("debit") - F("credit"))):
        found[row["entry_id"]][row["subaccount_id"]] = row["sum"]
    return found


@advised("Open the report: what finance accepted is what its entry must hold as expenditure, off the grant's advance.")
def accepted_reports() -> list[Finding]:
    """Each accepted report's entry has the accepted expenditure; no entry is of a report that is not accepted."""
    lines = Line.objects.filter(entry__source="report.accept", account_id="5010", entry__object_type=Report._meta.label_lower)
    spent = {int(key): cents for key, cents in _sums(lines, "entry__object_id").items() if str(key).isdigit()}
    findings = []
    for report in Report.objects.select_related("grant").order_by("pk"):
        booked = spent.pop(report.pk, None)
        accepted = report.accepted_amount.minor if report.state == Report.State.ACCEPTED else 0
        if booked is not None and booked != accepted:
            wanted = f"expenditure of {usd_cents(accepted)}, as finance accepted"
            findings.append(Finding(f"report {report.number} of {report.grant}", wanted, str(usd_cents(booked))))
    gone = [Finding(f"entry of report {key}", "the report that it is about", "no such report") for key in sorted(spent)]
    return findings + gone + _unposted()


@advised("Open the tranche and its entry: an outright tranche that was found ready is an expense and owed, once, with its own entry.")
def outright_grants() -> list[Finding]:
    """Each tranche of an outright grant that was found ready has its entry of what is due; no other tranche has one."""
    lines = Line.objects.filter(entry__source=DUE, account_id="5010", entry__object_type=Tranche._meta.label_lower)
    due = {int(key): cents for key, cents in _sums(lines, "entry__object_id").items() if str(key).isdigit()}
    ready = Tranche.objects.filter(grant__policy=Policy.OUTRIGHT, accepted_by__isnull=False)
    wanted = {each.pk: each for each in ready.exclude(state=TrancheState.REQUESTED)}
    return [
        Finding(f"tranche {wanted.get(pk, pk)}", f"{amount} due, as it was found ready", str(usd_cents(due.get(pk, 0))))
        for pk in sorted(due.keys() | wanted.keys())
        if (amount := wanted[pk].amount if pk in wanted else usd_cents(0)) != usd_cents(due.get(pk, 0))
    ]


@advised("Open the disallowance and its entry: what was approved is what its entry must take off the accepted expenditure.")
def disallowances() -> list[Finding]:
    """Each approved disallowance has its entry, which takes exactly so much off the accepted expenditure; no other has one."""
    lines = Line.objects.filter(entry__source=DISALLOWED, subaccount__isnull=False, account_id__in=("5010", "4900"))
    taken = {int(key): -cents for key, cents in _sums(lines, "entry__object_id").items() if str(key).isdigit()}
    approved = Disallowance.objects.filter(state=Disallowance.State.APPROVED).prefetch_related("lines")
    wanted = {each.pk: each.amount.minor for each in approved}
    return [
        Finding(f"disallowance {pk}", f"{usd_cents(wanted.get(pk, 0))} off the accepted expenditure", str(usd_cents(taken.get(pk, 0))))
        for pk in sorted(wanted.keys() | taken.keys())
        if wanted.get(pk, 0) != taken.get(pk, 0)
    ]


@advised("Open the refund and its entry side by side; what differs was written past the program. The sealed entry is what counts.")
def refunds() -> list[Finding]:
    """What an NGO paid back is what its entry brings to the bank on that day and takes off what the grant owes; no other entry is one."""
    about = ("bank", "entry", "closure__grant__subaccount", "disallowance__report__grant__subaccount")
    rows = Refund.objects.select_related(*about).order_by("pk")
    claimed = {each.entry_id for each in rows}
    held = _refunded(claimed)
    others = {pk for pk, moved in held.items() if any(account == "1210" for account, _of in moved)} - claimed
    return [
        *(Finding(f"refund {each.pk}", wanted, found) for each in rows for wanted, found in _refund(each, held) if wanted != found),
        *(Finding(f"entry {each.reference}", "the refund that it is of", "none") for each in Entry.objects.filter(pk__in=others)),
    ]


def _refund(refund: Refund, held: dict[int, Moved]) -> list[tuple[str, str]]:
    """Pairs of what its row and what its entry say, in the same words."""
    entry, of = refund.entry, refund.of
    moved = {(bank_code(refund.bank), refund.bank_id): refund.amount.minor, ("1210", refund.grant.subaccount_id): -refund.amount.minor}
    return [
        (_dated(refund.received_on, refund.entered_by_id), _dated(entry.date, entry.by_id)),
        (f"an entry of {of._meta.label_lower} {of.pk}", f"an entry of {entry.object_type} {entry.object_id}"),
        (_words(moved), _words(held[entry.pk])),
    ]


def _dated(on: date, by: int | None) -> str:
    return f"entered as of {on} by person {by}"


def _words(moved: Moved) -> str:
    return ", ".join(f"{usd_cents(cents)} on {account} of {of}" for (account, of), cents in sorted(moved.items(), key=str))


def _refunded(entries: Iterable[int]) -> dict[int, Moved]:
    """What these entries, and those of refunds, moved on the accounts of banks and of what NGOs owe."""
    found: dict[int, Moved] = defaultdict(dict)
    lines = Line.objects.filter(Q(entry__source=REFUNDED) | Q(entry_id__in=list(entries)), account_id__in=(*BANKS, "1210"))
    sums = lines.order_by().values_list("entry_id", "account_id", "subaccount_id").annotate(sum=Sum(F("debit") - F("credit")))
    for entry, account, of, cents in sums:
        found[entry][account, of] = cents
    return found


@advised("Compare the grant with the act of funding that reserved for it: its window was changed past the system.")
def grant_windows() -> list[Finding]:
    """Each grant is of the window that reserved for it, where `check_books` looks for its lines, and of its call's."""
    grants = Grant.objects.select_related("reservation", "application__call").order_by("pk")
    reserved = grants.exclude(reservation=None).exclude(reservation__window=F("window"))
    called = grants.exclude(application__call__window=F("window"))
    return [
        *(Finding(f"window of {each}", f"{each.funds.window_id}, which reserved for it", str(each.window_id)) for each in reserved),
        *(Finding(f"window of {each}", f"{each.application.call.window_id}, as its call says", str(each.window_id)) for each in called),
    ]


@advised("Compare the tranche with the agreement that both sides signed: one of the two was changed past the program.")
def tranches_as_planned() -> list[Finding]:
    """Each tranche is of the amount that the agreement plans for it, at the grant's rate of support that is on record."""
    moved = Tranche.objects.exclude(amount=F("planned__amount"), grant=F("planned__grant")).select_related("planned").order_by("pk")
    booked = Grant.objects.exclude(subaccount=None).select_related("subaccount").order_by("pk")
    return [
        *(Finding(f"tranche {each}", f"{each.planned.amount}, as the agreement plans", str(each.amount)) for each in moved),
        *(
            Finding(f"grant {each}", f"support of {each.books.psc_rate}, as in the books", str(each.psc_rate))
            for each in booked
            if each.psc_rate != (each.books.psc_rate or 0)
        ),
    ]


def _unposted() -> list[Finding]:
    """Accepted expenditure on an advance that never came into the books."""
    accepted = Report.objects.filter(state=Report.State.ACCEPTED).select_related("grant").order_by("pk")
    posted = set(Line.objects.filter(entry__source="report.accept").values_list("entry__object_id", flat=True))
    advanced = set(Line.objects.filter(account_id="1200").values_list("subaccount_id", flat=True))
    return [
        Finding(f"report {each.number} of {each.grant}", f"an entry of {each.accepted_amount}", "none")
        for each in accepted
        if each.accepted_amount and str(each.pk) not in posted and each.grant.subaccount_id in advanced
    ]


CHECKS = (
    commitments,
    payments_made,
    accepted_reports,
    outright_grants,
    disallowances,
    disallowances_on_record,
    refunds,
    grant_windows,
    grants_on_record,
    tranches_as_planned,
)
