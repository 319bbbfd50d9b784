"""check_books on every column of the books and of the audit trail: changed past the triggers it is found, junk breaks nothing."""

import itertools
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import Error, connection, models, transaction

from tests.factories.books import DAY, give, make_bank, make_grant, open_years, post
from tests.factories.people import make_user
from tests.ledger.test_check_books import Superuser
from trustfund import clock, guards
from trustfund.ledger import periods, posting, postings, tags
from trustfund.ledger.closed import certifying
from trustfund.ledger.exchange import rates
from trustfund.ledger.fields import ExactDecimalField
from trustfund.ledger.funding import allocations, costs
from trustfund.ledger.models import FiscalYear, Period
from trustfund.ledger.verification import answered, check_books, every_check
from trustfund.money import usd
from trustfund.people.roles import Role

FREE = {"ledger_note", "ledger_windowproposal", "ledger_ruleproposal"}
"""Sentences, kept outside of what is sealed because they must be erasable; and what was only proposed: what is adopted goes on record with
the row that it makes, a window or a rule, and these are checked."""
NAMES_A_ROW_ONLY = {("ledger_period", "id"), ("ledger_closedmovement", "id"), ("ledger_closedbalance", "id")}
"""An empty period with another key is the same period; a kept balance is named by what it is the balance of."""
COLUMNS = [
    (model._meta.db_table, model._meta.pk.column, field)
    for label in ("audit", "ledger")
    for model in apps.get_app_config(label).get_models()
    if not model._meta.proxy and model._meta.db_table not in FREE
    for field in model._meta.concrete_fields
    if (model._meta.db_table, field.column) not in NAMES_A_ROW_ONLY
]
EVERY_CHECK = dict(every_check())
JUNK = ["'abc'", "'2019-99-99'", "NULL", "-1", "9223372036854775807", "1e300", "'9999-12-31'", "'NaN'"]


@pytest.fixture
def books(db):
    """Something of everything: a rate, an earmark, a closed period, a reservation, a payment, a reversal."""
    open_years(2025, 2026)
    rates.add("EUR", date(2026, 1, 1), Decimal("0.92"), source="test")
    give("1000", psc_rate=Decimal("0.13"))
    give("1000", tag=tags.create("africa", "Africa", "region"), expires_on=date(2027, 1, 31))
    grant = make_grant()
    reservation = allocations.reserve(grant, usd(600), on=DAY, by=None, reference="reserved")
    post(postings.grant_committed(grant, usd(600)), reference="committed")
    paid = post(postings.tranche_paid(grant, make_bank(), usd(300)), reference="paid")
    allocations.confirm(reservation, paid, usd(300))
    interest = post(postings.interest(make_bank(), usd(5)), reference="interest")
    posting.reverse(interest, on=DAY, by=None, reference="reversed")
    with clock.frozen(datetime(2026, 2, 2, 9, tzinfo=UTC)):
        january = Period.objects.get(year=2026, number=1)
        periods.close(periods.propose_closing(january, by=make_user(Role.FINANCE)), by=make_user(Role.APPROVER))
    whole_year(2025)


def whole_year(year):
    """A year with an entry, closed and certified."""
    post(postings.interest(make_bank(), usd(7)), date(year, 4, 1))
    finance, approver = make_user(Role.FINANCE), make_user(Role.APPROVER)
    for period in Period.objects.filter(year=year).order_by("number"):
        periods.close(periods.propose_closing(period, by=finance), by=approver)
    made = certifying.certify(certifying.prepare(FiscalYear.objects.get(year=year), by=finance, on=DAY), by=approver, on=DAY)
    certifying.approve(made, by=make_user(Role.MANAGER), on=DAY)


@pytest.fixture
def open_tables(books):
    """Without triggers, as a superuser can; what check_books says of that alone."""
    for label in ("audit", "ledger"):
        guards.drop(Superuser(), label)
    return {str(finding) for finding in check_books()}


def other(field):
    """Another value of the column's own kind, in SQL; never the one that is there."""
    column = field.column
    field = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(field, models.BooleanField):
        return f"NOT {field.column}"
    if isinstance(field, models.DateTimeField):
        return "'2019-02-03 00:00:00+00:00'"
    if isinstance(field, models.DateField):
        return "'2019-02-03'"
    if isinstance(field, models.IntegerField):
        return f"COALESCE({column}, 0) + 7"
    return "'0.77'" if isinstance(field, ExactDecimalField) else "'another'"


class Undo(Exception):
    """Rolls a savepoint back."""


def said_after(changes, asked=lambda: {str(finding) for finding in check_books()}):
    """What check_books says when the newest rows of some (table, key) have other values in a column each; None when the database itself
    refuses all of it."""
    try:
        with transaction.atomic():
            if not [each for each in changes if is_taken(*each)]:
                return None
            raise Undo(asked())
    except Undo as undone:
        return undone.args[0]


def is_taken(table, key, column, value):
    """Whether the database takes it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = {value} WHERE {key} = (SELECT MAX({key}) FROM {table})")
    except Error:
        return False
    return True


class Silence:
    """Where check_books says nothing that it did not say before. The checks that spoke of a table are asked first, the others after."""

    def __init__(self, before):
        self.before, self.speak = before, defaultdict(dict)

    def after(self, table, key, field):
        """Whether nothing new is said when the newest row has another value."""
        return said_after([(table, key, field.column, other(field))], lambda: self._of(table))

    def _of(self, table):
        asked = (answered(name, check) for name, check in [*self.speak[table].items(), *EVERY_CHECK.items()])
        new = (finding for finding in itertools.chain.from_iterable(asked) if str(finding) not in self.before)
        first = next(new, None)
        if first is not None:
            self.speak[table][first.check] = EVERY_CHECK[first.check]
        return first is None


def test_a_change_of_any_column_is_found(open_tables):
    assert [finding for finding in open_tables if not finding.startswith("trigger ")] == []
    silence = Silence(open_tables)
    assert [f"{table}.{field.column}" for table, key, field in COLUMNS if silence.after(table, key, field)] == []


def test_a_change_of_any_column_of_the_costs_of_a_month_is_found(books):
    """An act on costs has a period and accounts, and no grant."""
    post(postings.direct_cost("5200", usd(10)), date(2026, 3, 20))
    with clock.frozen(date(2026, 3, 31)):
        costs.allocate(Period.objects.get(year=2026, number=3), by=make_user(Role.FINANCE))
    guards.drop(Superuser(), "ledger")
    before = {str(finding) for finding in check_books()}
    assert [finding for finding in before if not finding.startswith("trigger ")] == []
    ours, silence = [each for each in COLUMNS if each[0] in ("ledger_funding", "ledger_allocation")], Silence(before)
    assert [f"{table}.{field.column}" for table, key, field in ours if silence.after(table, key, field)] == []


@pytest.mark.sqlite_only  # PostgreSQL itself refuses a text for a number, and most of the others
def test_whatever_stands_in_a_column_is_a_finding_and_never_a_traceback(open_tables):
    """Rows that can't be read are said so; where the junk happens to be what was there, or is read as that, nothing is."""
    tried = [(table, key, field.column, JUNK[number % len(JUNK)]) for number, (table, key, field) in enumerate(COLUMNS)]
    answers = [said_after(changes) for changes in one_of_each_table(tried, at_once=4)]
    assert sum(answer is not None for answer in answers) > 10


def one_of_each_table(changes, at_once):
    """Changes put together so that no two are of one table: a check of one table does not hide what another's would say."""
    tables = [list(found) for _table, found in itertools.groupby(changes, key=lambda change: change[0])]
    for several in (tables[start : start + at_once] for start in range(0, len(tables), at_once)):
        for together in itertools.zip_longest(*several):
            yield [change for change in together if change]


def test_one_unreadable_row_hides_no_other_finding(open_tables):
    with connection.cursor() as cursor:
        newest = "SELECT MAX(seq) FROM audit_event WHERE object_type = 'ledger.period'"
        cursor.execute(f"UPDATE audit_event SET details = 'not JSON' WHERE seq = ({newest})")
        cursor.execute("UPDATE ledger_account SET name = 'x' WHERE code = '1010'")
    said = "\n".join(str(finding) for finding in check_books())
    assert "a column was altered" in said
    assert "check of states: expected rows that can be read; found JSONDecodeError" in said
    assert "account 1010: expected to be as the chart says" in said
