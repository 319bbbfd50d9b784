"""Balances of closed periods: kept once, refused to be changed, found when they were; months closed before the year before."""

from datetime import date
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from tests.factories.books import give, make_bank, open_years, post
from tests.factories.people import make_user
from tests.ledger.test_check_books import Superuser
from trustfund import guards
from trustfund.audit.models import Event
from trustfund.ledger import balances, periods, postings
from trustfund.ledger.closed import kept, marks
from trustfund.ledger.closed.checks import kept_balances
from trustfund.ledger.closed.models import ClosedBalance, ClosedBooks, ClosedMovement
from trustfund.ledger.funding import costs
from trustfund.ledger.models import Entry, Period
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.statements.books import Keys, books_at

pytestmark = pytest.mark.django_db


def close(year, *numbers):
    finance, approver = make_user(Role.FINANCE), make_user(Role.APPROVER)
    for number in numbers:
        periods.close(periods.propose_closing(Period.objects.get(year=year, number=number), by=finance), by=approver)


@pytest.fixture
def january():
    """January 2026 with a gift and interest, closed."""
    open_years(2025, 2026)
    give("1000", date(2026, 1, 12))
    post(postings.interest(make_bank(), usd("5")), date(2026, 1, 31))
    close(2026, 1)
    return ClosedBooks.objects.get()


def test_movements_and_totals_are_those_of_the_lines(january):
    moved = january.movements.order_by("account", "debit").values_list("account", "subaccount__code", "currency", "debit", "credit")
    gift = january.movements.get(account="4010").subaccount.code
    assert list(moved) == [
        ("1010", "BANK-USD", "USD", 1005_00, 0), ("4010", gift, "USD", 0, 1000_00), ("4100", None, "USD", 0, 5_00),
    ]  # fmt: skip
    assert [(row.account_id, row.debit, row.credit) for row in january.balances.order_by("account")] == [
        ("1010", 1005_00, 0), ("4010", 0, 1000_00), ("4100", 0, 5_00),
    ]  # fmt: skip


@pytest.mark.parametrize("statement", [
    "UPDATE ledger_closedbalance SET debit = 1", "DELETE FROM ledger_closedmovement", "UPDATE ledger_closedbooks SET seq = 1",
    "DELETE FROM ledger_closedbooks",
])  # fmt: skip
def test_what_is_kept_is_never_changed(january, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nothing_is_added_to_what_is_kept(january):
    with pytest.raises(DatabaseError, match="complete"), transaction.atomic():
        ClosedBalance.objects.create(books=january, account_id="5010", window_id="general", marks=" ", debit=1, credit=0)
    with pytest.raises(DatabaseError, match="complete"), transaction.atomic():
        ClosedMovement.objects.create(
            books=january, account_id="5010", window_id="general", currency="USD", marks=" ", debit=1, credit=0, original=1
        )


@pytest.mark.parametrize("columns, said", [
    ({"as_of": date(2026, 2, 28)}, "closed period"), ({"as_of": date(2026, 1, 30)}, "closed period"), ({"seq": 99}, "a seal that is there"),
])  # fmt: skip
def test_balances_are_kept_at_the_end_of_a_closed_period_only(january, columns, said):
    values = {"id": 7, "as_of": january.as_of, "seq": january.seq, "marks": " closing "} | columns
    with pytest.raises(DatabaseError, match=said), transaction.atomic():
        ClosedBooks.objects.create(**values)


def test_a_forged_balance_is_found(january):
    guards.drop(Superuser(), "ledger")
    ClosedBalance.objects.filter(account="1010").update(debit=1006_00)
    assert [str(finding) for finding in kept_balances()] == [
        f"balances kept at 2026-01-31, seal {january.seq}, account 1010 general moving_cash paying: "
        "expected debits of USD 1,005.00, credits of USD 0.00; found debits of USD 1,006.00, credits of USD 0.00."
    ]


def test_adjustments_after_the_next_january_was_closed_are_counted_and_then_kept(january):
    """The books of a year are adjusted until March, while its successor's January is closed already."""
    post(postings.direct_cost("5220", usd("40")), date(2025, 12, 31), kind=Entry.Kind.ADJUSTMENT)
    assert balances.balance("5220", date(2026, 1, 31)) == usd("40")
    assert kept.newest(date(2026, 1, 31)).late
    close(2025, *range(1, 14))
    newest = kept.newest(date(2026, 1, 31))
    assert (newest.as_of, bool(newest.late)) == (date(2026, 1, 31), False)
    assert newest.base.as_of == date(2025, 1, 31)  # with the first period that was closed: what was kept of its own day is no base
    assert balances.balance("5220", date(2026, 1, 31)) == usd("40")
    assert balances.balance("5220", date(2026, 1, 31), head=january.seq) == usd("0")
    assert kept_balances() == []


def test_the_balance_of_an_account_is_one_query_however_many_lines(january, django_assert_num_queries):
    for _time in range(3):
        post(postings.interest(make_bank(), usd("1")), date(2026, 2, 3))
    with django_assert_num_queries(1):
        assert balances.balance("1010", date(2026, 2, 28)) == usd("1008")


def test_a_mark_has_one_meaning():
    with pytest.raises(ValueError, match="two marks are called closing"):
        marks.register([("closing", Q(debit=0))])
    with mock.patch.dict(marks.KNOWN):
        marks.register([("closing", marks.YEAR_END), ("dear", Q(debit__gt=100_00))])
        assert marks.KNOWN["dear"] == Q(debit__gt=100_00)


def test_books_that_were_kept_before_a_mark_was_known_serve_the_statements_that_do_not_ask_for_it(january):
    with mock.patch.dict(marks.KNOWN, {"dear": Q(debit__gt=100_00)}):
        books = books_at(date(2026, 1, 31))
        assert books.keyed(Keys(str))._reading(books.as_of).kept == january
        assert books.keyed(Keys(str, (("dear", Q(debit__gt=100_00)),)))._reading(books.as_of).kept is None
        assert books.sums(None, books.as_of)["I.cash"] == (1005_00, 0)


def test_the_last_day_of_a_year_is_in_two_periods_and_costs_belong_to_that_of_their_entry():
    open_years(2025, 2026)
    for amount, day, kind in ((1, date(2025, 12, 30), "normal"), (2, date(2025, 12, 31), "normal"), (4, date(2025, 12, 31), "adjustment")):
        post(postings.direct_cost("5220", usd(amount)), day, kind=kind)
    december, thirteen = (Period.objects.get(year=2025, number=number) for number in (12, 13))
    wanted = {(december.pk, "general", "5220"): 3_00, (thirteen.pk, "general", "5220"): 4_00}
    assert costs.posted(Period.objects.all()) == wanted
    assert [costs.posted([each]) for each in (december, thirteen)] == [{key: wanted[key]} for key in wanted]
    assert costs.posted(Period.objects.all(), before=Entry.objects.get(period=thirteen).pk) == {(december.pk, "general", "5220"): 3_00}


def test_balances_are_kept_anew_for_a_mark_that_was_not_known_then(january, capsys):
    post(postings.interest(make_bank(), usd("7")), date(2026, 2, 3))
    close(2026, 2)
    with mock.patch.dict(marks.KNOWN, {"dear": Q(debit__gt=100_00)}):
        assert kept.newest(date(2026, 2, 28), names=["dear"]) is None
        call_command("keep_balances")
        assert capsys.readouterr().out.splitlines() == [
            "Balances kept as of 2026-01-31.", "Balances kept as of 2026-02-28.", "2 closed periods kept anew.",
        ]  # fmt: skip
        february = kept.newest(date(2026, 2, 28), names=["dear"])
        assert (february.as_of, february.base.as_of) == (date(2026, 2, 28), date(2026, 1, 31))
        assert february.base.balances.filter(marks__contains=" dear ").get(debit__gt=0).debit == 1000_00
        assert kept_balances() == []
        call_command("keep_balances")
        assert capsys.readouterr().out == "0 closed periods kept anew.\n"
    kept_acts = Event.objects.filter(act="closedbooks.keep").order_by("seq")
    assert [" dear " in each.details["marks"] for each in kept_acts] == [False, False, True, True]


def test_a_year_is_kept_from_the_end_of_the_year_before():
    """Its months are added up from what was kept of them; who reads a later day does not walk from month to month."""
    open_years(2024, 2025)
    for year in (2024, 2025):
        give("100", date(year, 6, 30))
        close(year, *range(1, 14))
    books = {each.as_of: each for each in ClosedBooks.objects.order_by("seq")}
    assert books[date(2025, 12, 31)].base == books[date(2024, 12, 31)]
    assert books[date(2025, 11, 30)].base == books[date(2025, 10, 31)]
    assert kept.Reading.at(date(2025, 12, 31)).chain == [books[date(2025, 12, 31)].pk, books[date(2024, 12, 31)].pk]
    assert balances.balance("4010", date(2025, 12, 31)) == usd("-200")
    assert kept_balances() == []
