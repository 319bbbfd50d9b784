"""The checks that the ground can make by itself: of the books, the vouchers and the banks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.banking.reconciliation import reconcile
from trustfund.closings.checks import BOTH, MONTH, YEAR, Check, Found
from trustfund.ledger import balances, chart
from trustfund.ledger.closed.kept import Reading
from trustfund.ledger.funding import costs
from trustfund.ledger.models import Entry, Line, Period, Subaccount
from trustfund.money import Money, total, usd
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.prepared.estimate import YEAR_END_ESTIMATE, left_out
from trustfund.vouchers.prepared.moment import Moment
from trustfund.vouchers.prepared.registry import EVENTS
from trustfund.vouchers.prepared.revaluation import REVALUATION

NOTHING = usd(0)
NAMED = 5
"""How many are named; the page behind the link has them all."""


def _names(found: Iterable[Any]) -> str:
    named = [str(each) for each in found]
    more = [_("and %(count)s more") % {"count": len(named) - NAMED}] if len(named) > NAMED else []
    return ", ".join([*named[:NAMED], *more])


def _account(code: str, period: Period) -> str:
    return f"{reverse('ledger:account', args=[code])}?{urlencode({'end': period.ends_on})}"


def earlier(period: Period) -> Found:
    """Periods are closed in their order within the year."""
    found = list(Period.objects.filter(year_id=period.year_id, number__lt=period.number).exclude(state=Period.State.CLOSED))
    return Found(len(found), _names(found), reverse("ledger:periods"))


def earlier_years(period: Period) -> Found:
    """Periods of earlier years that are open and have entries; adjustments of the year before may still be under way."""
    used = Exists(Entry.objects.filter(period=OuterRef("pk")))
    open_ = list(Period.objects.filter(used, year__lt=period.year_id).exclude(state=Period.State.CLOSED).order_by("year", "number"))
    return Found(len(open_), _names(open_), reverse("ledger:periods"))


def vouchers(period: Period) -> Found:
    """None dated in the period is written but not posted."""
    waiting = Voucher.objects.filter(state__in=["draft", "submitted", "returned"], date__range=(period.starts_on, period.ends_on))
    late = Q(kind=Voucher.Kind.ADJUSTMENT) | Q(event__in=[event.name for event in EVENTS.values() if event.late])
    found = list(waiting.filter(late if period.number == 13 else ~late).order_by("pk"))
    return Found(len(found), _names(found), reverse("vouchers:index"))


def receipts(period: Period) -> Found:
    """Receipts that nobody can name yet."""
    sums = Reading.at(period.ends_on).totals(["subaccount_id"], account_id="2100")
    open_ = {key[0]: credit - debit for key, (debit, credit, _own) in sums.items() if credit != debit}
    names = Subaccount.objects.filter(pk__in=open_).order_by("code")
    text = _names(f"{each.code} {Money.from_minor(open_[each.pk], 'USD')}" for each in names)
    return Found(len(open_), text, _account("2100", period))


def banks(period: Period) -> Found | None:
    """Each bank account: statements up to the end of the period, every line matched or listed, nothing unexplained."""
    used = Exists(Line.objects.filter(subaccount=OuterRef("pk"), date__lte=period.ends_on))
    accounts = list(Subaccount.objects.filter(used, kind=Subaccount.Kind.BANK).order_by("code"))
    open_ = [(bank, fault) for bank in accounts if (fault := _unreconciled(bank, period.ends_on))]
    asked = urlencode({"bank": open_[0][0].pk, "day": period.ends_on}) if open_ else ""
    named = _names(f"{bank.code}: {fault}" for bank, fault in open_)
    return Found(len(open_), named, f"{reverse('banking:reconciliation')}?{asked}") if accounts else None


def _unreconciled(bank: Subaccount, day: date) -> str:
    found = reconcile(bank, day)
    if found is None:
        return _("no statement of the bank")
    if not found.covered:
        return _("statements only to %(day)s") % {"day": found.last.closed_on}
    if found.difference:
        return _("a difference of %(amount)s") % {"amount": found.difference}
    return _("%(count)s lines of the bank not in the books") % {"count": len(found.unmatched)} if found.unmatched else ""


def revaluation(period: Period) -> Found | None:
    """Balances in other currencies that a revaluation of the last day would still change: it was not made, or something came after it."""
    codes = [each.code for each in chart.CHART if each.monetary]
    sums = Reading.at(period.ends_on).totals(["account_id", "currency"], account_id__in=codes)
    if not any(currency != "USD" and own for (_code, currency), (_debit, _credit, own) in sums.items()):
        return None
    left = _not_revalued(period.ends_on)
    return Found(len(left), _names(left), reverse("vouchers:prepare", args=[REVALUATION.name]))


def _not_revalued(day: date) -> list[str]:
    """Account and currency of what would change; a rate that is missing stands as a sentence."""
    inputs = {"date": day}
    try:
        rows = REVALUATION.work_out(REVALUATION.moment(inputs), inputs).rows
    except ValidationError as error:
        return [] if error.code == "nothing" else error.messages
    return sorted({f"{row.account} {row.amount.currency}" for row in rows if row.amount.currency != "USD"})


def own_costs(period: Period) -> Found | None:
    """The fund's own costs and income of the period are charged to the contributions, as far as they can bear them."""
    waiting = costs.waiting(period)
    if waiting is None:
        return None
    left = str(total(item.due for item in waiting)) if waiting else ""
    return Found(1 if waiting else 0, left, reverse("ledger:costs_month", args=[period.pk]))


def cards(period: Period) -> Found | None:
    """What the processor of card gifts still holds: paid out, or explained."""
    return _cleared("1030", period)


def support_costs(period: Period) -> Found | None:
    """Programme support cost that was charged and not yet settled; that of an estimate is reversed and never paid."""
    estimated = balances.lines(as_of=period.ends_on).filter(entry_id__in=balances.estimates(), account_id="2400")
    return _cleared("2400", period, but=Money.from_minor(estimated.aggregate(sum=Sum(balances.SIGNED))["sum"] or 0, "USD"))


def _cleared(code: str, period: Period, but: Money = NOTHING) -> Found | None:
    if not Line.objects.filter(account_id=code, date__lte=period.ends_on).exists():
        return None
    left = balances.balance(code, period.ends_on) - but
    return Found(1 if left else 0, str(abs(left)) if left else "", _account(code, period))


def estimate(period: Period) -> Found | None:
    """Advances that partners have not yet reported on, and no estimate of what they spent: the reversal of an earlier one is none.

    One that was made before a payment was entered does not have that grant: what is open then is named.
    """
    open_ = balances.balance("1200", period.ends_on)
    if open_ <= usd(0):
        return None
    made = _estimates().filter(date__year=period.year_id).exclude(reversed_by__date__year=period.year_id)
    url = reverse("vouchers:prepare", args=[YEAR_END_ESTIMATE.name])
    if not made.exists():
        return Found(1, str(open_), url)
    vouchers = Voucher.objects.filter(entry__in=made).values_list("inputs", flat=True)
    left = list(left_out(Moment(period.ends_on).per_subaccount("1200"), {code for inputs in vouchers for code in inputs["of"]["amounts"]}))
    return Found(len(left), _names(each.code for each in left) or str(open_), url)


def estimate_reversed(period: Period) -> Found | None:
    """Estimates of earlier years are taken back, or what was spent is counted twice once it is reported."""
    earlier = _estimates().filter(date__lt=period.starts_on)
    if not earlier.exists():
        return None
    left = list(earlier.exclude(reversed_by__date__lte=period.ends_on).order_by("pk"))
    return Found(len(left), _names(left), reverse("vouchers:index"))


def _estimates() -> QuerySet[Entry]:
    return balances.estimating()


def reserve(period: Period) -> Found:
    """The operating reserve was looked at in the year: set, or left with a reason."""
    moved = Line.objects.filter(account_id="3100", date__year=period.year_id).aggregate(many=Sum("credit"))["many"]
    standing = -balances.balance("3100", period.ends_on)
    return Found(0 if moved else 1, "" if moved else _("not set in the year; it stands at %(amount)s") % {"amount": standing},
                 reverse("vouchers:index"))  # fmt: skip


def year_end(period: Period) -> Found:
    """Revenue and expense are taken to the accumulated surplus."""
    left = balances.unclosed_results(period.year_id)
    text = _("%(count)s balances of revenue and expense") % {"count": len(left)} if left else ""
    return Found(len(left), text, reverse("closings:year", args=[period.year_id]))


def _statements(period: Period) -> str:
    return f"{reverse('statements:index')}?{urlencode({'as_of': period.ends_on})}"


def _ageing(period: Period) -> str:
    return f"{reverse('statements:statement', args=['receivables'])}?{urlencode({'as_of': period.ends_on})}"


CHECKS = [
    Check("earlier", gettext_lazy("Earlier periods of the year are closed"), earlier, blocking=True, of=BOTH),
    Check("earlier_years", gettext_lazy("Earlier years are closed"), earlier_years, of=BOTH),
    Check("vouchers", gettext_lazy("No voucher is left unposted"), vouchers, blocking=True, of=BOTH),
    Check("receipts", gettext_lazy("Every receipt is identified"), receipts, of=BOTH),
    Check("banks", gettext_lazy("Bank accounts are reconciled"), banks),
    Check("revaluation", gettext_lazy("Balances in other currencies are revalued"), revaluation),
    Check("costs", gettext_lazy("The fund’s own costs and income are charged to contributions"), own_costs, of=BOTH),
    Check("estimate_reversed", gettext_lazy("Estimates of earlier years are reversed"), estimate_reversed),
    Check("ageing", gettext_lazy("Ageing of receivables and advances is reviewed"), of=MONTH, url=_ageing,
          hint=gettext_lazy("Look at what is overdue, and say what you found and what follows.")),
    Check("cards", gettext_lazy("Card gifts are paid out by the processor"), cards),
    Check("support_costs", gettext_lazy("Programme support cost is settled"), support_costs),
    Check("estimate", gettext_lazy("Spending of partners not yet reported is estimated"), estimate, of=YEAR),
    Check("adjustments", gettext_lazy("Adjustments of the year are complete"), of=YEAR, url=lambda period: reverse("vouchers:index"),
          hint=gettext_lazy("Accruals, impairment, corrections of the auditor: everything that belongs to the year is in.")),
    Check("reserve", gettext_lazy("The operating reserve is set"), reserve, of=YEAR),
    Check("year_end", gettext_lazy("The year-end closing entry is posted"), year_end, blocking=True, of=YEAR),
    Check("statements", gettext_lazy("The statements were drawn and looked at"), of=YEAR, url=_statements,
          hint=gettext_lazy("Statements I to IV as of 31 December, beside the year before.")),
]  # fmt: skip
