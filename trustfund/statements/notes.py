"""Statement VI: the notes. Each figure is a sum of lines of the books and ends in a figure of Statements I to IV; all have comparatives.

Donors and grants stand under their public labels: the notes are published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.documents.shown import Aligned
from trustfund.ledger import chart
from trustfund.ledger.closed.marks import entry_has
from trustfund.ledger.exchange import rate_use
from trustfund.ledger.models import Subaccount
from trustfund.money import Money
from trustfund.statements import ageing, policies, texts
from trustfund.statements.books import Books, Keys, Term, day_before, last_year_end
from trustfund.statements.cash_flow import CASH, MEMO
from trustfund.statements.figures import LABELS as LINES
from trustfund.statements.shape import (
    SIX_PLACES,
    Columns,
    Figure,
    Row,
    Statement,
    Table,
    added,
    beside_a_year_before,
    column_head,
    if_any,
    summed,
)
from trustfund.ui.formatting import short_day_text

Url = Callable[[Subaccount], str] | None
WRITTEN = ("1100", "1110", "1200", "1210")
"""Balances that are written off."""


def key_of(code: str, writing: bool) -> str:
    """ "VI.1200", or "VI.off.1200" for what was written off."""
    return f"VI.off.{code}" if writing and code in WRITTEN else f"VI.{code}"


def _party() -> Any:
    """Whom a line is about: the donor of a contribution, else the subaccount itself."""
    of_donor = When(subaccount__kind__in=[Subaccount.Kind.INSTALMENT, Subaccount.Kind.AGREEMENT],
                    then=Coalesce("subaccount__parent__parent_id", "subaccount__parent_id", "subaccount_id"))  # fmt: skip
    return Case(of_donor, default=F("subaccount_id"))


def _parties() -> dict[int, int]:
    """The same by subaccount."""
    rows = Subaccount.objects.order_by().values_list("pk", "kind", "parent__parent_id", "parent_id")
    of_donor = (Subaccount.Kind.INSTALMENT, Subaccount.Kind.AGREEMENT)
    return {pk: (donor or above or pk) if kind in of_donor else pk for pk, kind, donor, above in rows}


PAYABLES = [
    ("I.payables", ("2010", "2400", "2410")),
    ("I.grants_payable", ("2020",)),
    ("I.conditional", ("2200",)),
    ("I.payable_to_donors", ("2300",)),
    ("I.other_liabilities", ("2100",)),
]
OTHERS = ("1190", "1280", "1290", "1300", "1400", "3100", "4010", "4020", "4030", "4040", "4090", "5500", "9010", "9030")
CODES = tuple(sorted({*CASH, *WRITTEN, *OTHERS, *(code for _name, codes in PAYABLES for code in codes)}))
"""The accounts of which the notes say something."""

WRITING = ("writing", entry_has("1190", "1290") & ~entry_has(*CASH, "5500"))
KEYS = Keys(key_of, (WRITING,), each=_party(), by_subaccount=_parties, codes=CODES)
"""Per account and donor, grant or bank account; a mark for entries that use an allowance up."""

NAMES = {code: gettext_lazy(definition.name) for code, definition in chart.BY_CODE.items()}
LABELS = {
    **{f"VI.{code}:*": label for code, label in NAMES.items() if code in CODES},
    **{f"VI.off.{code}:*": label for code, label in NAMES.items() if code in WRITTEN},
    **{f"VI.*{code}:*": label for code, label in NAMES.items() if code in WRITTEN},
}


@dataclass
class Asked:
    """What the notes are of: the books, the period and the same a year before, the days of Statement I, the texts of the year."""

    books: Books
    since: date
    url: Url

    def __post_init__(self) -> None:
        until = self.books.as_of
        self.periods: Columns = beside_a_year_before(self.since, until)
        self.days: Columns = [(None, until), (None, last_year_end(until))]
        self.period_heads = [column_head(*period) for period in self.periods]
        self.day_heads = [short_day_text(day) for _none, day in self.days]
        self.books.read([day for since, day in (*self.periods, *self.days) for day in (day, *([day_before(since)] if since else []))])
        self.aged = self.books.keyed(ageing.KEYS)
        self.aged.read(day for _none, day in self.days)
        self.passages = texts.passages(until.year, self.books.seq, self.books.act)

    def account(self, code: str, columns: Columns, sign: int = 1, *, label: object = "", key: str = "", prefix: str = "") -> Row:
        """A row of one account, everybody's."""
        terms = [(Term(f"VI.{prefix}{code}:*", until, since, sign),) for since, until in columns]
        return summed(self.books, key or f"{prefix}{code}", label or NAMES[code], terms)

    def by_party(self, codes: Sequence[str], columns: Columns, sign: int, prefix: str) -> list[Row]:
        """A row per donor or grant that has something on these accounts, by code."""
        wanted = {f"VI.{code}" for code in codes}
        sums = [self.books.sums(since, until) for since, until in columns]
        parties = {int(one) for each in sums for key in each for name, _colon, one in [key.partition(":")] if name in wanted and one}
        known = Subaccount.objects.filter(pk__in=parties).order_by("code")
        return if_any([self._of(each, codes, columns, sign, prefix) for each in known])

    def _of(self, each: Subaccount, codes: Sequence[str], columns: Columns, sign: int, prefix: str) -> Row:
        terms = [tuple(Term(f"VI.{code}:{each.pk}", until, since, sign) for code in codes) for since, until in columns]
        row = summed(self.books, f"{prefix}:{each.pk}", each.public_label, terms)
        return Row(row.key, row.label, values=row.values, indent=1, url=self.url(each) if self.url else "")


def notes(books: Books, since: date | None = None, url: Url = None) -> Statement:
    """Statement VI from `since` (default: 1 January) to the day of the books; `url` gives a donor's or a grant's statement."""
    books = books.keyed(KEYS)
    asked = Asked(books, since or books.new_year, url)
    makers = [
        _basis, _policies, _cash, _contributions, _receivables, _advances, _other_receivables, _payables, _net_assets, _commitments,
        _pledges, _impairment, _rates, _related, _events,
    ]  # fmt: skip
    numbered = [_numbered(number, tables) for number, tables in enumerate((make(asked) for make in makers), 1)]
    lines = books.lines().exclude(account_id__in=[code for code in MEMO if code not in ("9010", "9030")])
    return Statement("notes", _("Notes to the financial statements"), books, [table for tables in numbered for table in tables],
                     since=asked.since, lines=lines, extra={"number": "VI"})  # fmt: skip


def _numbered(number: int, tables: list[Table]) -> list[Table]:
    """The first table of a note has its number."""
    first, *others = tables
    caption = _("Note %(number)s. %(title)s") % {"number": number, "title": first.caption}
    return [Table(first.heads, first.rows, caption, first.texts), *others]


def _texts(caption: str, paragraphs: Iterable[str]) -> list[Table]:
    return [Table([], [], caption, tuple(paragraphs))]


def _basis(asked: Asked) -> list[Table]:
    about = _("%(fund)s gives grants to organizations that help victims of trafficking in persons.") % {"fund": settings.FUND_NAME}
    return _texts(_("The Fund and the basis of preparation"), [about, *policies.basis()])


def _policies(asked: Asked) -> list[Table]:
    (earlier, _last) = asked.periods[1]
    return _texts(_("Accounting policies"), policies.policies(earlier or asked.since, asked.books.as_of))


def _cash(asked: Asked) -> list[Table]:
    rows = [asked.account(code, asked.days) for code in CASH]
    rows = if_any(rows) or rows[:1]
    whole = added("note.cash", _("Cash and cash equivalents (Statement I)"), rows, "total")
    return [Table([_("Component"), *asked.day_heads], [*rows, whole], _("Cash and cash equivalents"))]


def _contributions(asked: Asked) -> list[Table]:
    rows = asked.by_party(("4010", "4020", "4030"), asked.periods, -1, "contribution")
    whole = added("note.contributions", _("Contributions (Statement II)"), rows, "total")
    others = [asked.account(code, asked.periods, -1) for code in ("4040", "4090")]
    shown = [*rows, whole] if rows else []
    return [Table([_("Donor"), *asked.period_heads], [*shown, *others], _("Contributions by donor"))]


def _receivables(asked: Asked) -> list[Table]:
    buckets = [_aged(asked, day) for _none, day in asked.days]
    rows = [
        Row(f"due:{at}", str(label), values=tuple(Figure(Money.from_minor(cents[at], "USD")) for cents in buckets), indent=1)
        for at, (_first, label) in enumerate(ageing.DUE)
    ]
    gross = added("note.receivable", _("Contributions receivable, before allowance"), rows)
    allowance = asked.account("1190", asked.days)
    net = added("note.receivable_net", _("Contributions receivable, current and non-current (Statement I)"), [gross, allowance], "total")
    table = Table([_("Due"), *asked.day_heads], [*rows, gross, allowance, net], _("Contributions receivable"))
    donors = asked.by_party(("1100", "1110", "off.1100", "off.1110"), asked.days, 1, "receivable")
    if not donors:
        return [table]
    whole = added("note.receivable_donors", _("Contributions receivable, before allowance"), donors, "total")
    return [table, Table([_("Donor"), *asked.day_heads], [*donors, whole])]


def _aged(asked: Asked, day: date) -> list[int]:
    """Cents receivable on a day, per column of when they are due."""
    found = [each.cents for each in ageing.receivable_ages(asked.aged, day).values()]
    return [sum(cents[at] for cents in found) for at in range(len(ageing.DUE))]


def _advances(asked: Asked) -> list[Table]:
    given = ageing.partner_ages(asked.aged, "1200")
    rows = []
    for row in asked.by_party(("1200", "off.1200"), asked.days, 1, "advance"):
        found = given.get(int(row.key.split(":")[1]))
        cents = found.cents if found else [0] * len(ageing.AGE)
        rows.append(Row(row.key, row.label, values=(*(Figure(Money.from_minor(each, "USD")) for each in cents), *row.values), url=row.url))
    ages = [str(label) for _first, label in ageing.AGE]
    by_grant = [Table([_("Grant"), *ages, *asked.day_heads], [*rows, added("note.advance", _("Total"), rows, "total")])] if rows else []
    balance = [asked.account(code, asked.days, prefix="*" if code == "1200" else "") for code in ("1200", "1280")]
    whole = added("note.advances", _("Advances to implementing partners (Statement I)"), balance, "total")
    caption = _("Advances to implementing partners")
    return [Table([_("Balance"), *asked.day_heads], [*balance, whole], caption), *by_grant]


def _other_receivables(asked: Asked) -> list[Table]:
    rows = [asked.account(code, asked.days, prefix="*" if code == "1210" else "") for code in ("1210", "1290", "1300", "1400")]
    whole = added("note.other_receivables", _("Other receivables (Statement I)"), rows, "total")
    return [Table([_("Balance"), *asked.day_heads], [*rows, whole], _("Refunds due and other receivables"))]


def _payables(asked: Asked) -> list[Table]:
    rows: list[Row] = []
    sums = []
    for name, codes in PAYABLES:
        of = [asked.account(code, asked.days, -1) for code in codes]
        sums.append(added(f"note.{name}", str(LINES[name]), of))
        rows += [*(of if len(of) > 1 else []), sums[-1] if len(of) > 1 else Row(f"note.{name}", str(LINES[name]), values=of[0].values)]
    whole = added("note.liabilities", _("Total liabilities (Statement I)"), sums, "total")
    return [Table([_("Balance"), *asked.day_heads], [*rows, whole], _("Payables and other liabilities"))]


def _net_assets(asked: Asked) -> list[Table]:
    """The operating reserve from the beginning of each period to its end, as in Statement III."""
    before = [(Term("VI.3100:*", day_before(since), None, -1),) if since else () for since, _until in asked.periods]
    beginning = summed(asked.books, "reserve_before", _("Operating reserve at the beginning"), before)
    change = asked.account("3100", asked.periods, -1, label=_("Set aside (released) in the period"), key="reserve_change")
    end = added("note.reserve", _("Operating reserve at the end (Statement III)"), [beginning, change], "total")
    return [Table([_("Reserve"), *asked.period_heads], [beginning, change, end], _("Reserves"))]


def _commitments(asked: Asked) -> list[Table]:
    rows = asked.by_party(("9010",), asked.days, 1, "commitment")
    label = _("Commitments to grantees, not yet paid")
    whole = added("note.commitments", label, rows, "total") if rows else asked.account("9010", asked.days)
    text = _("Signed with grantees and not yet paid; not in the statements.")
    return [Table([_("Grant"), *asked.day_heads], [*rows, Row("note.commitments", label, "total", whole.values)],
                  _("Commitments"), (text,))]  # fmt: skip


def _pledges(asked: Asked) -> list[Table]:
    rows = asked.by_party(("9030",), asked.days, 1, "pledge")
    label = _("Pledges announced or conditional, not yet binding")
    whole = added("note.pledges", label, rows, "total") if rows else asked.account("9030", asked.days, label=label)
    text = _("Announced or conditional pledges are contingent assets; they are not in the statements until they are binding.")
    return [Table([_("Donor"), *asked.day_heads], [*rows, Row("note.pledges", label, "total", whole.values)],
                  _("Contingent assets: pledges"), (text,))]  # fmt: skip


def _impairment(asked: Asked) -> list[Table]:
    expense = asked.account("5500", asked.periods, label=_("Impairment and write-off (Statement II)"), key="note.impairment")
    used = if_any([asked.account(code, asked.periods, -1, prefix="off.") for code in WRITTEN])
    off = [*used, added("note.written_off", _("Written off against allowances"), used, "total")] if used else []
    allowances = [asked.account(code, asked.days, -1) for code in ("1190", "1290")]
    held = Table([_("Allowance"), *asked.day_heads], [*allowances, added("note.allowances", _("Allowances"), allowances, "total")])
    return [Table([_("Impairment"), *asked.period_heads], [expense, *off], _("Impairment and write-offs"), ()), held]


def _rates(asked: Asked) -> list[Table]:
    """The last rate that the books used in each currency, up to each day."""
    used = asked.books.lines().exclude(currency="USD").filter(original_minor__gt=0)
    rates = {each: [_rate(used, each, day) for _none, day in asked.days] for each in rate_use.currencies()}
    rows = [
        Row(f"rate:{each}", each, values=tuple(cell for found in of for cell in found or (Aligned("–"), "")))
        for each, of in rates.items()
        if of[0]
    ]
    heads = [_("Currency"), *[text for head in asked.day_heads for text in (_("Units per USD, %(date)s") % {"date": head}, _("Used on"))]]
    text = _("The last United Nations operational rate of exchange that the books used in each currency.")
    return [Table(heads, rows, _("Exchange rates used"), (text if rows else _("The books have no amounts in other currencies."),))]


def _rate(used: Any, currency: str, day: date) -> tuple[Aligned, date] | None:
    last = used.filter(Q(currency=currency, date__lte=day)).order_by("-date", "-entry_id", "-position").first()
    return (Aligned(f"{last.rate.quantize(SIX_PLACES).normalize():f}"), last.date) if last else None


def _related(asked: Asked) -> list[Table]:
    default = _("Nothing was disclosed about transactions with related parties.")
    return _texts(_("Related parties"), [asked.passages.get(texts.RELATED, default)])


def _events(asked: Asked) -> list[Table]:
    default = _("No event after the reporting date was disclosed.")
    return _texts(_("Events after the reporting date"), [asked.passages.get(texts.EVENTS, default)])
