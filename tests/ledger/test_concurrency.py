"""Many at once: threads on either database, processes on the SQLite file. Never past the headroom, never twice under one reference."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from tests.factories.books import DAY, give, make_bank, make_grant, open_years, post
from tests.factories.people import make_user
from trustfund.ledger import periods, posting, postings
from trustfund.ledger.funding import allocations
from trustfund.ledger.funding.headroom import headroom
from trustfund.ledger.funding.models import Reservation
from trustfund.ledger.models import Entry, Period
from trustfund.ledger.verification import check_books
from trustfund.money import Money, usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 32 if connection.vendor == "postgresql" else 8


def at_once(do, numbers):
    """Run `do` for each number in threads of their own; the results, or the ValidationError's sentence."""

    def alone(number):
        try:
            return do(number)
        except ValidationError as error:
            return error.messages[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(alone, numbers))


def available():
    return sum((row.available for row in headroom(DAY)), start=Money(0, "USD"))


def test_concurrent_reservations_never_pass_the_headroom():
    give("100"), give("50")
    grants = [make_grant() for _number in range(THREADS)]
    done = at_once(lambda n: allocations.reserve(grants[n], usd("19.99"), on=DAY, by=None, reference=f"r:{n}"), range(THREADS))
    assert sum(isinstance(each, Reservation) for each in done) == 7
    assert all("can't be reserved" in each for each in done if isinstance(each, str))
    assert available() == usd("10.07")
    assert check_books() == []


def test_concurrent_payments_never_pass_the_reservation():
    give("1000")
    grant, bank = make_grant(), make_bank()
    reservation = allocations.reserve(grant, usd(100), on=DAY, by=None, reference="r")
    post(postings.grant_committed(grant, usd(100)))

    def pay(number):
        from django.db import transaction

        with transaction.atomic():
            entry = post(postings.tranche_paid(grant, bank, usd(30)), reference=f"p:{number}")
            return allocations.confirm(reservation, entry, usd(30))

    done = at_once(pay, range(THREADS))
    assert sum(isinstance(each, list) for each in done) == 3
    assert reservation.remaining == usd(10)
    assert check_books() == []


def test_the_same_reference_posted_by_many_is_one_entry():
    open_years()
    legs = postings.interest(make_bank(), usd(5))
    done = at_once(lambda n: posting.post(legs, reference="same", on=DAY, by=None, source="test"), range(16))
    assert len({entry.pk for entry in done}) == 1
    assert Entry.objects.count() == 1


def test_numbers_have_no_gaps_whoever_posts_and_whatever_fails():
    open_years()
    bank = make_bank()

    def entry(number):
        return post(postings.interest(bank, usd(number % 3)), reference=f"i:{number}")

    done = at_once(entry, range(30))
    assert sum(isinstance(each, Entry) for each in done) == 20
    assert list(Entry.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 21))
    assert check_books() == []


def test_a_period_is_not_closed_while_the_one_before_it_is_being_reopened():
    open_years()
    maker, checker = make_user(Role.FINANCE), make_user(Role.APPROVER)
    january, february = Period.objects.filter(number__in=[1, 2]).order_by("year", "number")[:2]
    periods.close(periods.propose_closing(january, by=maker), by=checker)
    periods.propose_closing(february, by=maker)
    acts = [lambda: periods.close(Period.objects.get(pk=february.pk), by=checker)]
    acts += [lambda: periods.propose_reopening(Period.objects.get(pk=january.pk), by=maker)]
    done = at_once(lambda number: acts[number](), range(2))
    assert sorted(isinstance(each, Period) for each in done) == [False, True]


def test_nothing_is_posted_after_a_period_closed():
    open_years()
    bank, maker, checker = make_bank(), make_user(Role.FINANCE), make_user(Role.APPROVER)
    for period in Period.objects.filter(number__lt=3):
        periods.close(periods.propose_closing(period, by=maker), by=checker)
    march = periods.propose_closing(Period.objects.get(number=3), by=maker)

    def act(number):
        return periods.close(march, by=checker) if number == 5 else post(postings.interest(bank, usd(1)), reference=f"i:{number}")

    done = at_once(act, range(12))
    posted = [each for each in done if isinstance(each, Entry)]
    closed = Period.objects.get(number=3)
    assert closed.state == Period.State.CLOSED
    assert Entry.objects.count() == len(posted)
    with pytest.raises(ValidationError):
        post(postings.interest(bank, usd(1)))


PROCESS = """
import sys, django
django.setup()
from datetime import date
from django.core.exceptions import ValidationError
from trustfund.ledger import posting, postings
from trustfund.ledger.funding import allocations
from trustfund.ledger.models import Subaccount
from trustfund.money import usd
number, day, made = int(sys.argv[1]), date(2026, 3, 16), 0
bank = Subaccount.objects.get(kind="bank")
for grant in Subaccount.objects.filter(kind="grant").order_by("pk")[number * 6 : number * 6 + 6]:
    try:
        allocations.reserve(grant, usd("9.99"), on=day, by=None, reference=f"reserve:{grant.pk}")
        made += 1
    except ValidationError:
        pass
posting.post(postings.interest(bank, usd(1)), reference="same", on=day, by=None, source="test")
print(made)
"""


def test_processes_on_one_sqlite_file():
    if connection.vendor != "sqlite":
        pytest.skip("threads show the same on PostgreSQL")
    give("100")
    for _number in range(24):
        make_grant()
    connection.close()
    url = f"sqlite:///{connection.settings_dict['NAME']}"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "trustfund.settings"}
    root = Path(__file__).parents[2]
    processes = [
        subprocess.Popen([sys.executable, "-c", PROCESS, str(number)], cwd=root, env=environment, stdout=subprocess.PIPE, text=True)
        for number in range(4)
    ]
    made = [int(process.communicate(timeout=120)[0]) for process in processes]
    assert sum(made) == Reservation.objects.count() == 10
    assert available() == usd("0.10")
    assert Entry.objects.filter(reference="same").count() == 1
    assert check_books() == []
