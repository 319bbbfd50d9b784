"""What became of contributions: the columns of the trace per contribution, for one donor, for all, and tied to Statement I.

Received is the cash that came, at the rate of its day. Every line of the ledger that names a contribution falls into one column, entry
by entry; what was paid and accepted, and what was charged of the fund's own costs and income, comes from the allocations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from trustfund.ledger import chart
from trustfund.ledger.funding import costs, trace
from trustfund.ledger.funding.headroom import psc_rate_of, set_aside
from trustfund.ledger.funding.models import FundingRule
from trustfund.ledger.history import TAKEN_OVER_GIFTS, TAKEN_OVER_GRANTS
from trustfund.ledger.models import Entry, Subaccount
from trustfund.money import Money, total, zero
from trustfund.statements import outcomes
from trustfund.statements.books import Books, Term, day_before, line_of
from trustfund.statements.shape import Figure, Row, Statement, Table
from trustfund.ui.formatting import day_text

EXCHANGE = frozenset({"4200", "5400"})
COSTS = frozenset(each.code for each in chart.CHART if each.type == chart.EXPENSE) - EXCHANGE
BACK = "2300"
IN_KIND = "4040"
MEMO = ("9030", "9040")
OPENING = Q(kind=Entry.Kind.OPENING) | Q(reverses__kind=Entry.Kind.OPENING)
NOTHING = zero()


@dataclass(frozen=True)
class Columns:
    """The columns of the trace, in USD; `refunded` is paid back or due back, `income` is interest and other income credited.

    balance = received - psc - costs - paid - refunded + exchange + income.
    """

    received: Money = NOTHING
    psc: Money = NOTHING
    costs: Money = NOTHING
    paid: Money = NOTHING
    accepted: Money = NOTHING
    refunded: Money = NOTHING
    exchange: Money = NOTHING
    income: Money = NOTHING

    @property
    def advance(self) -> Money:
        return self.paid - self.accepted

    @property
    def kept(self) -> Money:
        """The cash that is there to be used, PSC included."""
        return self.received + self.exchange + self.income - self.costs - self.refunded

    @property
    def balance(self) -> Money:
        return self.kept - self.psc - self.paid

    def __add__(self, other: Columns) -> Columns:
        return Columns(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def __sub__(self, other: Columns) -> Columns:
        return Columns(*(getattr(self, each.name) - getattr(other, each.name) for each in fields(self)))


def columns_of(books: Books, instalments: Iterable[Subaccount], until: date | None = None) -> dict[int, Columns]:
    """The columns of each contribution, cumulative to `until` (default: the day of the books), by primary key."""
    known = {each.pk: each for each in instalments}
    moves = _moves(books, known, until)
    uses = _uses(books, known, until)
    charges = charges_of(books, known, until)
    found = {}
    for pk, instalment in known.items():
        sums = moves.get(pk, {})
        paid, accepted = uses.get(pk, (0, 0))
        cash = Columns(**{name: Money.from_minor(cents, "USD") for name, cents in sums.items()})
        psc = set_aside(cash.kept, psc_rate_of(instalment))
        used = Columns(psc=psc, paid=Money.from_minor(paid, "USD"), accepted=Money.from_minor(accepted, "USD"))
        found[pk] = cash + charges.get(pk, Columns()) + used
    return found


def _moves(books: Books, known: dict[int, Subaccount], until: date | None) -> dict[int, dict[str, int]]:
    """Cents received, refunded, of costs and of exchange differences per contribution."""
    lines = books.lines(None, until).filter(subaccount_id__in=known).exclude(account_id__in=(*MEMO, IN_KIND))
    rows = lines.order_by().values_list("subaccount_id", "entry_id", "account_id").annotate(brought=Sum("credit") - Sum("debit"))
    entries: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for subaccount, entry, account, brought in rows:
        entries[subaccount, entry][account] = brought
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    openings = set(Entry.objects.filter(OPENING).values_list("pk", flat=True))
    for (subaccount, entry), by_account in entries.items():
        if entry in openings:
            _taken_over(sums[subaccount], by_account)
            continue
        name, sign = _column(frozenset(by_account))
        sums[subaccount][name] += sign * sum(cents for account, cents in by_account.items() if account != BACK)
    return sums


def _taken_over(sums: dict[str, int], by_account: Mapping[str, int]) -> None:
    """An opening entry tells many years at once: account by account, what was refunded on 4090, all else what came."""
    for account, cents in by_account.items():
        if account == "4090":
            sums["refunded"] -= cents
        elif account != BACK:
            sums["received"] += cents


def _column(accounts: frozenset[str]) -> tuple[str, int]:
    """The column that an entry on these accounts falls into, and its sign there."""
    if BACK in accounts:
        return "refunded", -1
    if accounts <= EXCHANGE:
        return "exchange", 1
    return ("costs", -1) if accounts <= COSTS else ("received", 1)


def charges_of(books: Books, known: Iterable[int], until: date | None = None) -> dict[int, Columns]:
    """What contributions (by primary key) bear of the fund's own costs, and what they were credited: exchange differences apart."""
    rows = books.allocations(None, until).filter(instalment_id__in=known, account__isnull=False).order_by()
    found: dict[int, Columns] = defaultdict(Columns)
    for instalment, account, cents in rows.values_list("instalment_id", "account_id").annotate(cents=Sum("charged")):
        found[instalment] += _charged(account, Money.from_minor(cents, "USD"))
    return found


def _charged(account: str, amount: Money) -> Columns:
    if account in EXCHANGE:
        return Columns(exchange=-amount)
    return Columns(costs=amount) if account in COSTS else Columns(income=-amount)


def _uses(books: Books, known: dict[int, Subaccount], until: date | None) -> dict[int, tuple[int, int]]:
    """Cents paid to grants and accepted from them, per contribution."""
    allocations = books.allocations(None, until).filter(instalment_id__in=known).order_by()
    paid = {row["instalment_id"]: row["given"] for row in allocations.values("instalment_id").annotate(given=Sum("allocated"))}
    grants = set(allocations.filter(grant__isnull=False).values_list("grant_id", flat=True).distinct())
    accepted: dict[int, int] = defaultdict(int)
    for (instalment, _grant), cents in trace.accepted_shares(grants, min(until or books.as_of, books.as_of), books.seq).items():
        accepted[instalment] += cents
    return {pk: (paid.get(pk, 0), accepted[pk]) for pk in known}


# Which contributions


def instalments_of(books: Books, subaccount: Subaccount | None = None) -> QuerySet[Subaccount]:
    """The contributions of a donor, an agreement or one by itself, that are in the books; all without one."""
    found = Subaccount.objects.filter(kind=Subaccount.Kind.INSTALMENT, pk__in=books.lines().order_by().values("subaccount_id"))
    found = found.exclude(code=TAKEN_OVER_GIFTS).select_related("parent__parent")
    if subaccount is not None:
        found = found.filter(Q(pk=subaccount.pk) | Q(parent=subaccount) | Q(parent__parent=subaccount))
    return found.order_by("parent__parent__code", "parent__code", "code")


def donor_of(instalment: Subaccount) -> Subaccount:
    """The donor at the top of a contribution."""
    top = instalment
    while top.parent is not None:
        top = top.parent
    return top


# The donor's statement


def donor_statement(books: Books, subaccount: Subaccount, since: date | None = None, *, subject: str = "") -> Statement:
    """What became of the contributions of a donor or an agreement: from `since` (default: 1 January), and from the beginning.

    `subject` is the donor's name for the donor's own eyes (default: the public label). Grants appear under their public labels.
    """
    start = since or books.new_year
    instalments = list(instalments_of(books, subaccount))
    cumulative = columns_of(books, instalments)
    before = columns_of(books, instalments, day_before(start))
    annual = {pk: cumulative[pk] - before[pk] for pk in cumulative}
    heads = _heads(_("Contribution"))
    days = {"start": day_text(start), "end": day_text(books.as_of)}
    tables = [
        Table(heads, _grouped(instalments, annual, "a"), _("From %(start)s to %(end)s") % days),
        Table(heads, _grouped(instalments, cumulative, "c"), _("From the beginning to %(date)s") % {"date": days["end"]}),
        *_grants(books, subaccount),
        _verification(books),
    ]
    title = _("Donor statement")
    lines = books.lines().filter(subaccount__in=[each.pk for each in instalments]).exclude(account_id__in=MEMO)
    return Statement(f"donor-{subaccount.code}", title, books, tables, since=start, subject=subject or subaccount.public_label,
                     notes=rule_notes(books), lines=lines, wide=True, extra={"number": "VIII", "certified": True})  # fmt: skip


def _grouped(instalments: Sequence[Subaccount], columns: Mapping[int, Columns], prefix: str) -> list[Row]:
    """The contributions under their agreements, each agreement with its sum; then the total."""
    groups: dict[Subaccount | None, list[Subaccount]] = defaultdict(list)
    for each in instalments:
        parent = each.parent
        groups[parent if parent is not None and parent.kind == Subaccount.Kind.AGREEMENT else None].append(each)
    shown: list[Row] = []
    for agreement, found in sorted(groups.items(), key=lambda pair: pair[0] is None):
        rows = _rows([(each.code, each.code, columns[each.pk]) for each in found], prefix)
        of = f"{prefix}:of:{agreement.code if agreement else ''}"
        title = _("Agreement %(code)s") % {"code": agreement.code} if agreement else _("Gifts without an agreement")
        head = [Row(f"{of}:head", title, "section")] if agreement or len(groups) > 1 else []
        sums = [Row(of, _("Sum of the agreement"), "subtotal", rows[-1].values)] if agreement and len(found) > 1 else []
        shown += [*head, *rows[:-1], *sums]
    return [*shown, _rows([(each.code, each.code, columns[each.pk]) for each in instalments], prefix)[-1]]


def _verification(books: Books) -> Table:
    """How a reader makes sure that nobody changed it."""
    head = {"number": books.seq, "hash": books.hash}
    return Table([], [], _("How to check this statement"), (
        _("It was made from the ledger up to head number %(number)d, whose hash is %(hash)s. Every entry up to there is sealed in a chain: "
          "a change of any of them would change the hash.") % head,
        _("Download it again from the donor’s pages for the same period, as of the same day and with this head: the file is the same, byte "
          "by byte (compare its SHA-256). The Fund’s auditors can confirm the hash."),
    ))  # fmt: skip


def _heads(first: str) -> list[str]:
    return [
        first,
        _("Received"),
        _("Programme support set aside"),
        _("Direct costs"),
        _("Granted (paid)"),
        _("Accepted"),
        _("Open advances"),
        _("Refunded or due back"),
        _("Exchange"),
        _("Interest and other income"),
        _("Balance"),
    ]


def _rows(rows: Sequence[tuple[str, str, Columns]], prefix: str, urls: Mapping[str, str] = MappingProxyType({})) -> list[Row]:
    """A row per contribution or donor, and their total; `urls` by code."""
    shown = [Row(f"{prefix}:{key}", label, values=_values(columns), url=urls.get(key, "")) for key, label, columns in rows]
    whole = sum((columns for _key, _label, columns in rows), Columns())
    parts = tuple(row.key for row in shown)
    across = [figure.across for figure in _values(whole)]
    totals = tuple(
        Figure(figure.amount, parts=() if way else parts, across=way) for figure, way in zip(_values(whole), across, strict=True)
    )
    return [*shown, Row(f"{prefix}:total", _("Total"), "total", totals)]


def _values(columns: Columns) -> tuple[Figure, ...]:
    """The figures of a row; open advances and balance follow from the others."""
    return (
        *(Figure(each) for each in (columns.received, columns.psc, columns.costs, columns.paid, columns.accepted)),
        Figure(columns.advance, across=(4, -5)),
        Figure(columns.refunded),
        Figure(columns.exchange),
        Figure(columns.income),
        Figure(columns.balance, across=(1, -2, -3, -4, -7, 8, 9)),
    )


def _grants(books: Books, subaccount: Subaccount) -> list[Table]:
    """The grants that these contributions fund, by public label, and what is published of their outcomes."""
    sums: dict[str, list[Money]] = {}
    for row in trace.trace_of(subaccount, books.as_of, books.seq):
        held = sums.setdefault(row.grant.code, [NOTHING] * 4)
        amounts = (row.reserved, row.paid, row.accepted, row.advance)
        sums[row.grant.code] = [amount + more for amount, more in zip(held, amounts, strict=True)]
    known = {each.code: each for each in Subaccount.objects.filter(code__in=sums)}
    rows = [Row(f"g:{code}", known[code].public_label, values=_use(amounts)) for code, amounts in sorted(sums.items())]
    parts = tuple(row.key for row in rows)
    whole = [total(amounts[index] for amounts in sums.values()) for index in range(4)]
    totals = tuple(Figure(amount, parts=parts) for amount in whole)
    heads = [_("Grant"), _("Committed, to be paid"), _("Paid"), _("Accepted"), _("Open advance")]
    table = Table(heads, [*rows, Row("g:total", _("Total"), "total", totals)] if rows else [], _("The grants that it funds"))
    released = outcomes.published(known.values(), books.as_of)
    said = [f"{each.public_label}: {text}" for each in known.values() for text in released.get(each.pk, [])]
    return [table, Table([], [], _("Published outcomes of these grants"), said)] if said else [table]


def _use(amounts: list[Money]) -> tuple[Figure, ...]:
    return (*(Figure(each) for each in amounts[:3]), Figure(amounts[3], across=(2, -3)))


def rule_notes(books: Books) -> list[str]:
    """The rule by which contributions fund grants, as it was in force, in words."""
    notes = [
        _("Received is the cash that came, in USD at the United Nations operational rate of exchange of its day."),
        _("Each contribution first sets aside programme support cost at the rate of its agreement; it is charged on accepted expenditure."),
        _("Accepted expenditure is counted to a grant's oldest payment first. Paid and accepted are never added together."),
        _("An outright grant counts as accepted when a tranche of it is due; until it is paid, the open advance is less by as much."),
        _(
            "The Fund's own costs, income and exchange differences are shared out at the end of each month by the same rule: costs first "
            "to contributions without an earmark, income to all by what is unspent of them."
        ),
    ]
    if books.rule is None:
        return notes
    earmarked = _("Grants are funded by contributions earmarked for them first (rule in force since %(date)s).")
    split = {
        FundingRule.Split.PRO_RATA: _("Then by all others, in proportion to what each has left on the day the funds are certified."),
        FundingRule.Split.FIRST_IN: _("Then by all others, in the order in which they came."),
    }
    return [*notes, earmarked % {"date": day_text(books.rule.effective_on)}, split[FundingRule.Split(books.rule.split)]]


# All contributions, tied to Statement I


def contributions(books: Books, url: Callable[[Subaccount], str] | None = None) -> Statement:
    """All donors' columns from the beginning, and the way from their balances to the cash of Statement I, every item named.

    `url` gives the address of a donor's own statement.
    """
    instalments = list(instalments_of(books))
    by_donor: dict[Subaccount, Columns] = defaultdict(Columns)
    columns = columns_of(books, instalments)
    for each in instalments:
        by_donor[donor_of(each)] += columns[each.pk]
    rows = [(donor.code, donor.name, sums) for donor, sums in sorted(by_donor.items(), key=lambda pair: pair[0].code)]
    whole = sum(by_donor.values(), Columns())
    urls = {donor.code: url(donor) for donor in by_donor} if url else {}
    tables = [
        Table(_heads(_("Donor")), _rows(rows, "d", urls), _("From the beginning to %(date)s") % {"date": day_text(books.as_of)}),
        _tied(books, whole),
    ]
    lines = books.lines().filter(subaccount__kind=Subaccount.Kind.INSTALMENT).exclude(account_id__in=MEMO)
    return Statement("contributions", _("Contributions and their use"), books, tables, notes=rule_notes(books), lines=lines, wide=True)


def _tied(books: Books, whole: Columns) -> Table:
    """From the balance of all contributions to cash and cash equivalents: what the books hold on every other account, by name."""
    rows = [
        Row("t:balance", _("Balance of all contributions"), values=(Figure(whole.balance),)),
        Row("t:psc", _("Programme support cost set aside"), values=(Figure(whole.psc),)),
    ]
    for account, amount in _elsewhere(books, whole).items():
        rows.append(Row(f"t:{account}", _other_label(account), values=(Figure(amount),)))
    cash = books.amount(Term("I.cash", books.as_of))
    summed = Row("t:cash", _("Cash and cash equivalents (Statement I)"), "total", (Figure(cash, parts=tuple(row.key for row in rows)),))
    return Table([_("From the contributions to Statement I"), _("Amount")], [*rows, summed], _("Reconciliation with Statement I"))


def _elsewhere(books: Books, whole: Columns) -> dict[str, Money]:
    """Per account what it adds to cash beside contributions and grants: credits less debits; accounts at nothing are left out."""
    lines = books.lines().exclude(account__type=chart.MEMO)
    named = lines.filter(subaccount__kind=Subaccount.Kind.INSTALMENT).exclude(account_id__in=(BACK, IN_KIND))
    before = lines.filter(subaccount__code__in=[TAKEN_OVER_GIFTS, TAKEN_OVER_GRANTS]).exclude(account_id="5100")
    sums: dict[str, Any] = defaultdict(int)
    for account, cents in _by_account(lines):
        if line_of(account) != "I.cash":
            sums[account] += cents
    for account, cents in _by_account(named):
        sums[account] -= cents
    sums["3010"] += sum(cents for _account, cents in _by_account(before))
    grants = lines.filter(subaccount__kind=Subaccount.Kind.GRANT).exclude(account_id="5100")
    for account, cents in _by_account(grants):
        sums[account] -= cents
    charged = books.allocations().filter(account__isnull=False).order_by().values_list("account_id")
    for account, cents in charged.annotate(cents=Sum("charged")):
        sums[account] += cents
    to_grants = sum(cents for _account, cents in _by_account(grants.exclude(subaccount__code=TAKEN_OVER_GRANTS)))
    sums["grants"] = whole.paid.minor + to_grants
    return {account: Money.from_minor(cents, "USD") for account, cents in sorted(sums.items()) if cents}


def _by_account(lines: QuerySet[Any]) -> list[tuple[str, int]]:
    rows = lines.order_by().values_list("account_id").annotate(brought=Sum("credit") - Sum("debit"))
    return [(account, brought) for account, brought in rows]


def _other_label(account: str) -> str:
    if account == "grants":
        return _("Paid to grants and not funded by contributions")
    names = {"code": account, "name": chart.BY_CODE[account].label}
    if account in costs.EXPENSES + costs.INCOME:
        return _("%(code)s %(name)s, not allocated to contributions") % names
    return _("%(code)s %(name)s") % names
