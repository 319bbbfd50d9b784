"""Every way to tamper with the books, by raw SQL: the database itself refuses, on both engines."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.factories.books import DAY, give, make_bank, make_grant, make_instalment, open_years, post
from tests.factories.people import make_user
from trustfund.ledger import periods, postings
from trustfund.ledger.exchange import rates
from trustfund.ledger.funding import allocations
from trustfund.ledger.funding.models import Allocation, Funding
from trustfund.ledger.models import Account, Entry, FundWindow, LedgerHead, Line, Period, Seal
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db

ENTRY = "seal_id, year_id, number, period_id, date, kind, reference, source, object_type, object_id, by_id, reverses_id"
LINE = "id, entry_id, position, date, account_id, window_id, subaccount_id, debit, credit, currency, original_minor, rate"
SEAL = "seq, at, version, previous_hash, hash"
FUNDING = "seal_id, kind, reference, date, grant_id, period_id, window_id, amount_minor, split, reservation_id, entry_id, by_id"
ALLOCATION = "id, funding_id, position, date, reservation_id, instalment_id, grant_id, payment_id, account_id, reserved, allocated, charged"


def run(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@transaction.atomic
def committed(*statements):
    """Run as one transaction, with what is checked at its end."""
    for statement in statements:
        run(*statement) if isinstance(statement, tuple) else run(statement)
    connection.check_constraints()


def refused(sql, *params):
    """By an error at once, or at the end of the transaction (deferred constraints)."""
    forge((sql, *params))


def forge(*statements):
    """All of it in one transaction; refused at a statement or at its end."""
    connection.check_constraints()
    with pytest.raises(IntegrityError):
        committed(*statements)


def copied(verb, table, columns, where, **changed):
    values = ", ".join(str(changed.get(column, column)) for column in columns.split(", "))
    return f"{verb} INTO {table} ({columns}) SELECT {values} FROM {table} WHERE {where}"


@pytest.fixture
def entry():
    """A gift of 100 by bank."""
    open_years()
    return post(postings.bank_gift(make_instalment(), make_bank(), usd(100), donor_kind="state"))


@pytest.fixture
def reservation(entry):
    give("100")
    return allocations.reserve(make_grant(), usd(150), on=DAY, by=None, reference="reserved")


BOOKS = ["seal", "entry", "line", "funding", "allocation"]
TABLES = [*BOOKS, "rate", "fundingrule", "account", "subaccount", "fundwindow", "fiscalyear", "period"]
ACCOUNT = "code, name, type, currency, subaccount_kinds, subaccount_rule, monetary, statement, cash_flow, translation"
SUBACCOUNT = "id, kind, code, name, public_label, parent_id, tag_id, currency, expires_on, psc_rate"
PERIOD = "id, year_id, number, starts_on, ends_on, state, proposed_by_id, approved_by_id"


@pytest.mark.parametrize("table", [*TABLES, "ledgerhead"])
def test_nothing_is_deleted(reservation, table):
    rates.add("EUR", DAY, Decimal("0.9"), source="test")
    refused(f"DELETE FROM ledger_{table}")


@pytest.mark.parametrize("table", [*TABLES, "ledgerhead"])
def test_nothing_is_truncated(reservation, table):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    connection.check_constraints()
    with pytest.raises(DatabaseError), transaction.atomic():
        run(f"TRUNCATE ledger_{table} CASCADE")


@pytest.mark.parametrize(
    "change",
    [
        "debit = debit * 2, credit = credit * 2",
        "debit = credit, credit = debit",
        "entry_id = entry_id + 1",
        "account_id = '1020'",
        "subaccount_id = NULL",
        "date = '2026-01-01'",
        "window_id = 'other'",
        "rate = '2'",
        "original_minor = 1",
        "position = position + 7",
        "id = id + 7",
    ],
)
def test_no_line_changes(entry, change):
    refused(f"UPDATE ledger_line SET {change} WHERE entry_id = %s", entry.pk)


CHANGES = [
    ("entry", "number = number + 1"),
    ("entry", "seal_id = seal_id + 1"),
    ("entry", "date = '2026-03-17'"),
    ("entry", "reference = 'x'"),
    ("entry", "period_id = period_id + 1"),
    ("entry", "by_id = NULL"),
    ("seal", "seq = seq + 1"),
    ("seal", "hash = 'x'"),
    ("seal", "previous_hash = 'x'"),
    ("funding", "amount_minor = 1"),
    ("funding", "grant_id = 1"),
    ("allocation", "reserved = 1"),
    ("allocation", "instalment_id = grant_id"),
    ("rate", "value = '1'"),
    ("fundingrule", "reserve_share = '1'"),
    ("period", "ends_on = '2027-01-01'"),
    ("period", "number = 12"),
    ("fiscalyear", "year = 1999"),
    ("fundwindow", "code = 'x'"),
]


@pytest.mark.parametrize("table, change", CHANGES)
def test_no_sealed_column_changes(reservation, table, change):
    rates.add("EUR", DAY, Decimal("0.9"), source="test")
    refused(f"UPDATE ledger_{table} SET {change}")


def test_the_head_goes_neither_back_nor_elsewhere(entry):
    refused("UPDATE ledger_ledgerhead SET seq = seq - 1")
    refused("UPDATE ledger_ledgerhead SET seq = seq + 1")
    refused("UPDATE ledger_ledgerhead SET hash = 'x'")
    refused("INSERT INTO ledger_ledgerhead (id, seq, hash) VALUES (2, 0, 'x')")


@pytest.mark.parametrize("verb", ["INSERT", "INSERT OR REPLACE", "REPLACE"])
def test_nothing_is_replaced(reservation, verb):
    if verb != "INSERT" and connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no REPLACE")
    rows = {"seal": (SEAL, "1 = 1"), "entry": (ENTRY, "1 = 1"), "line": (LINE, "1 = 1"), "allocation": (ALLOCATION, "1 = 1")}
    for table, (columns, where) in {**rows, "funding": (FUNDING, "1 = 1")}.items():
        refused(copied(verb, f"ledger_{table}", columns, where))
    refused(copied(verb, "ledger_entry", ENTRY, "1 = 1", seal_id="seal_id + 1000"))
    refused(copied(verb, "ledger_entry", ENTRY, "1 = 1", seal_id="seal_id + 1000", number="number + 1000"))
    refused(copied(verb, "ledger_line", LINE, "1 = 1", id="id + 50"))
    refused(copied(verb, "ledger_account", ACCOUNT, "code = '1010'", type="'expense'"))
    refused(copied(verb, "ledger_subaccount", SUBACCOUNT, "1 = 1", kind="'grant'"))
    refused(copied(verb, "ledger_period", PERIOD, "number = 3", state="'open'"))


def test_a_sealed_entry_takes_no_more_lines(entry):
    last = f"entry_id = {entry.pk} AND position = 2"
    refused(copied("INSERT", "ledger_line", LINE, last, id="id + 1", position="position + 1"))


# Written past Python: each of these would be a whole entry if nobody looked


def next_entry(**changed):
    head, last = LedgerHead.objects.get(), Entry.objects.last()
    values = {"seal_id": head.seq + 1, "number": "number + 1", "reference": "'forged'", **changed}
    return head.seq + 1, copied("INSERT", "ledger_entry", ENTRY, f"seal_id = {last.pk}", **values)


def line(seq, position, account="5200", debit=0, credit=0, window="general", subaccount="NULL", date=DAY, **changed):
    values = {"id": seq * 100_000 + position, "rate": "'1'", "original_minor": debit or credit, **changed}
    return (
        f"INSERT INTO ledger_line ({LINE}) VALUES ({values['id']}, {seq}, {position}, '{date}', '{account}', '{window}', {subaccount}, "
        f"{debit}, {credit}, 'USD', {values['original_minor']}, {values['rate']})"
    )


def seal(seq):
    head = LedgerHead.objects.get()
    return f"INSERT INTO ledger_seal ({SEAL}) VALUES ({seq}, '2026-03-16 12:00:00+00:00', 1, '{head.hash}', 'forged')"


def test_the_forgery_itself_is_well_made(entry):
    """Were it balanced and its hash right, it would be an entry: only so are the refusals below worth something."""
    seq, header = next_entry()
    for statement in (header, line(seq, 1, debit=5), line(seq, 2, account="2010", credit=5), seal(seq)):
        run(statement)
    connection.check_constraints()
    assert LedgerHead.objects.get().seq == seq


def test_no_header_without_a_seal(entry):
    forge(next_entry()[1])


def test_no_header_without_lines(entry):
    seq, header = next_entry()
    forge(header, seal(seq))


def test_no_lines_without_a_seal(entry):
    seq, header = next_entry()
    forge(header, line(seq, 1, debit=5), line(seq, 2, account="2010", credit=5))


def test_no_line_without_an_entry(entry):
    forge(line(LedgerHead.objects.get().seq + 1, 1, debit=5))


def test_no_one_legged_entry(entry):
    seq, header = next_entry()
    forge(header, line(seq, 1, debit=5), seal(seq))


def test_no_unbalanced_entry(entry):
    seq, header = next_entry()
    forge(header, line(seq, 1, debit=5), line(seq, 2, account="2010", credit=4), seal(seq))


def test_no_entry_unbalanced_in_a_window(entry):
    FundWindow.objects.create(code="other", name="Other")
    seq, header = next_entry()
    forge(header, line(seq, 1, debit=5), line(seq, 2, account="2010", credit=5, window="other"), seal(seq))


def test_no_entry_whose_memo_accounts_do_not_balance(entry, reservation):
    seq, header = next_entry()
    grant = reservation.grant_id
    forge(header, line(seq, 1, account="9010", debit=5, subaccount=grant), line(seq, 2, account="2010", credit=5), seal(seq))


@pytest.mark.parametrize("debit, credit", [(5, 5), (0, 0), (-5, 0), (0, -5), ("'5x'", 0), (1.5, 0)])
def test_a_line_has_one_positive_whole_amount(entry, debit, credit):
    seq, header = next_entry()
    sql = line(seq, 1, debit=debit, credit=credit, original_minor=5)
    if connection.vendor == "postgresql" and isinstance(debit, str | float):
        pytest.skip("PostgreSQL's bigint takes no such value")
    forge(header, sql)


@pytest.mark.parametrize("account, kind", [("1200", None), ("1200", "bank"), ("1010", "grant"), ("5200", "grant"), ("2010", "bank")])
def test_a_line_names_the_subaccount_that_its_account_wants(entry, account, kind):
    subaccount = {"bank": make_bank, "grant": make_grant}[kind]().pk if kind else "NULL"
    seq, header = next_entry()
    forge(header, line(seq, 1, account=account, debit=5, subaccount=subaccount))


def test_a_line_has_its_entrys_date_and_its_own_name(entry):
    seq, header = next_entry()
    forge(header, line(seq, 1, debit=5, date="2026-03-17"))
    forge(header, line(seq, 1, debit=5, id=seq * 100_000 + 2))


def test_numbers_have_no_gaps(entry):
    forge(next_entry(number="number + 2")[1])
    forge(next_entry(number="number")[1])


def test_a_date_lies_in_its_period(entry):
    april = Period.objects.get(year=2026, number=4).pk
    forge(next_entry(period_id=april)[1])
    forge(next_entry(date="'2026-04-01'")[1])


def close(number):
    maker, checker = make_user(Role.FINANCE), make_user(Role.APPROVER)
    for period in Period.objects.filter(year=2026, number__lte=number):
        periods.close(periods.propose_closing(period, by=maker), by=checker)


def test_no_posting_into_a_closed_period(entry):
    close(3)
    forge(next_entry()[1])
    with pytest.raises(ValidationError):
        post(postings.interest(make_bank(), usd(1)))


def test_an_entry_begun_before_the_period_closed_is_not_sealed_after(entry):
    seq, header = next_entry()
    run(header)
    run(line(seq, 1, debit=5))
    run(line(seq, 2, account="2010", credit=5))
    run("UPDATE ledger_period SET state = 'closed', proposed_by_id = %s, approved_by_id = %s", make_user().pk, make_user().pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        run(seal(seq))
    run("UPDATE ledger_period SET state = 'open'")
    run(seal(seq))


def test_a_period_is_not_closed_by_one_person(entry):
    person = make_user().pk
    refused("UPDATE ledger_period SET state = 'closed' WHERE number = 1")
    refused("UPDATE ledger_period SET state = 'closed', proposed_by_id = %s, approved_by_id = %s WHERE number = 1", person, person)


FIXED = ["type = 'liability'", "currency = 'EUR'", "subaccount_rule = 'none'", "subaccount_kinds = ''", "code = '1011'"]


@pytest.mark.parametrize("change", FIXED)
def test_an_account_with_lines_keeps_what_it_is(entry, change):
    refused(f"UPDATE ledger_account SET {change} WHERE code = '1010'")


def test_an_account_without_lines_may_still_be_corrected(entry):
    run("UPDATE ledger_account SET type = 'liability' WHERE code = '1300'")
    assert Account.objects.get(code="1300").type == "liability"


@pytest.mark.parametrize("change", ["code = 'x'", "kind = 'donor'", "currency = 'EUR'", "parent_id = NULL"])
def test_a_subaccount_with_lines_keeps_what_it_is(entry, change):
    instalment = Line.objects.get(entry=entry, account="4010").subaccount_id
    refused(f"UPDATE ledger_subaccount SET {change} WHERE id = %s", instalment)


# Funding


def next_act(**changed):
    seq = LedgerHead.objects.get().seq + 1
    first = Funding.objects.get()
    about = {"seal_id": seq, "kind": "'release'", "reference": "'forged'", "reservation_id": first.pk, **changed}
    return seq, copied("INSERT", "ledger_funding", FUNDING, f"seal_id = {first.pk}", **about)


def allocation(seq, **changed):
    first = Allocation.objects.first()
    values = {"id": seq * 100_000 + 1, "funding_id": seq, "position": 1, **changed}
    return copied("INSERT", "ledger_allocation", ALLOCATION, f"id = {first.pk}", **values)


def test_no_act_of_funding_without_a_seal_or_allocations(reservation):
    forge(next_act()[1])
    seq, header = next_act()
    forge(header, seal(seq))


def test_a_reservation_is_never_negative(reservation):
    seq, header = next_act()
    forge(header, allocation(seq, reserved="-reserved - 1"), seal(seq))
    run(header), run(allocation(seq, reserved="-reserved")), run(seal(seq))
    connection.check_constraints()


def test_what_an_instalment_gave_is_never_negative(reservation):
    seq, header = next_act()
    forge(header, allocation(seq, reserved="0", allocated="-1"), seal(seq))


def test_a_sealed_act_takes_no_more_allocations(reservation):
    last = Allocation.objects.last()
    refused(copied("INSERT", "ledger_allocation", ALLOCATION, f"id = {last.pk}", id="id + 1", position="position + 1"))


def test_an_allocation_is_of_its_acts_grant_and_date(reservation):
    seq, header = next_act()
    forge(header, allocation(seq, grant_id="instalment_id"))
    forge(header, allocation(seq, date="'2026-01-01'"))


def test_a_seal_seals_something_and_continues_the_chain(entry):
    head = LedgerHead.objects.get()
    refused(seal(head.seq + 1))
    refused(seal(head.seq + 2))
    refused(seal(head.seq))


def test_replication_role_switches_nothing_off(reservation):
    if connection.vendor != "postgresql":
        pytest.skip("a setting of PostgreSQL")
    connection.check_constraints()
    seq, header = next_entry()
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        for table in ("seal", "entry", "line", "funding", "allocation"):
            refused(f"DELETE FROM ledger_{table}")
            refused(f"TRUNCATE ledger_{table} CASCADE")
        refused("UPDATE ledger_line SET debit = debit * 2, credit = credit * 2")
        refused("UPDATE ledger_ledgerhead SET seq = seq - 1")
        refused(header)
        refused(line(seq, 1, debit=5))
        refused(seal(seq))
        run("SET LOCAL session_replication_role = origin")


def test_the_seal_of_an_entry_covers_it_once(entry):
    assert Seal.objects.count() == LedgerHead.objects.get().seq == entry.pk
