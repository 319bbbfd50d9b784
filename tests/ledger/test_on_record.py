"""check_books on what stands outside the seals: periods, rates, what lines are about, as the acts on record left them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from tests.factories.books import DAY, give, make_bank, make_instalment, open_years, post
from tests.factories.people import make_user
from tests.ledger.test_check_books import force, forced, said
from trustfund import clock
from trustfund.audit.models import Event
from trustfund.audit.recording import record, trail_for
from trustfund.ledger import periods, postings, standing, subaccounts, tags
from trustfund.ledger.exchange import rates
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.funding.models import FundingRule
from trustfund.ledger.models import Period, Subaccount, Tag
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role


@pytest.fixture
def closed(db):
    """January 2026 is closed by two people, on the second of February."""
    open_years()
    give("1000")
    rates.add("EUR", date(2026, 1, 1), Decimal("0.92"), source="test")
    january = Period.objects.get(year=2026, number=1)
    with clock.frozen(datetime(2026, 2, 2, 9, tzinfo=UTC)):
        periods.close(periods.propose_closing(january, by=make_user(Role.FINANCE)), by=make_user(Role.APPROVER))
    return january


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_closed_period_is_in_order(closed):
    assert check_books() == []


def test_a_period_that_sql_opened_is_found_though_no_trigger_was_dropped(closed):
    execute("UPDATE ledger_period SET state = 'open' WHERE number = 1")
    assert "period 2026-01: expected to be closed, as the last act on record left it; found open" in said()


def test_what_was_posted_into_a_period_that_sql_opened_and_closed_again_is_found(closed):
    execute("UPDATE ledger_period SET state = 'open' WHERE number = 1")
    with clock.frozen(datetime(2026, 2, 3, 9, tzinfo=UTC)):
        legs = postings.bank_gift(make_instalment(), make_bank(), usd(5), donor_kind="state")
        post(legs, date(2026, 1, 20), reference="slipped-in")
    execute("UPDATE ledger_period SET state = 'closed' WHERE number = 1")
    assert "entry slipped-in: expected nothing posted into the period 2026-01 while it was closed" in said()


def test_what_was_posted_while_a_period_was_reopened_by_two_people_is_in_order(closed):
    with clock.frozen(datetime(2026, 2, 4, 9, tzinfo=UTC)):
        periods.reopen(periods.propose_reopening(closed, by=make_user(Role.FINANCE)), by=make_user(Role.APPROVER))
    with clock.frozen(datetime(2026, 2, 5, 9, tzinfo=UTC)):
        post(postings.bank_gift(make_instalment(), make_bank(), usd(5), donor_kind="state"), date(2026, 1, 20))
    assert check_books() == []


FORCED = [
    ("UPDATE ledger_period SET ends_on = '2026-01-15' WHERE number = 1", "period 2026-01: expected 2026-01-01 to 2026-01-31"),
    ("DELETE FROM ledger_period WHERE number = 12", "period 2026-12: expected 2026-12-01 to 2026-12-31; found no such period"),
    ("UPDATE ledger_period SET proposed_by_id = approved_by_id, approved_by_id = proposed_by_id", "period 2026-01: expected proposed by"),
    ("UPDATE ledger_period SET proposed_by_id = 1 WHERE number = 2", "as on record; found 1 and None."),
    ("DELETE FROM ledger_fiscalyear", "fiscal year 2026: expected to be there, as it was opened; found no such row."),
    ("UPDATE ledger_rate SET value = '0.5'", "exchange rate EUR 2026-01-01: expected value 0.92, as on record; found 0.5."),
    ("UPDATE ledger_rate SET source = 'x'", "exchange rate EUR 2026-01-01: expected the source on record; found another text."),
    ("UPDATE ledger_rate SET added_by_id = 1", "exchange rate EUR 2026-01-01: expected added_by_id none, as on record; found 1."),
    ("UPDATE ledger_rate SET added_at = '2020-01-01 00:00:00+00:00'", "as on record; found 2020-01-01T00:00:00.000000+00:00."),
    ("DELETE FROM ledger_rate", "exchange rate EUR 2026-01-01: expected to be there, as on record; found no such row."),
]


@forced
@pytest.mark.parametrize("statement, sentence", FORCED)
def test_what_is_forced_is_found(closed, statement, sentence):
    force(statement)
    assert sentence in said()


def test_the_upgrade_puts_on_record_what_rates_had_beside_their_value_and_takes_no_value_in(db):
    rate = Rate.objects.create(currency="EUR", effective_on=DAY, value=Decimal("0.92"), source="x.xml", added_at=clock.now())
    record("rate.add", of=rate, by=None, currency="EUR", effective_on=DAY, value="0.93")
    assert "exchange rate EUR 2026-03-16: expected the source on record; found another text." in said()
    editor = SimpleNamespace(connection=connection, execute=lambda *_statement: None)
    import_module("trustfund.ledger.migrations.0005_rates_on_record").take_in(apps, editor)
    assert said() == "exchange rate EUR 2026-03-16: expected value 0.93, as on record; found 0.92."


# What lines are about


@pytest.fixture
def subaccount(db):
    """A grant with all that is on record of one."""
    call = tags.create("call-1", "Call 1", parent=tags.create("africa", "Africa", "region"))
    donor = subaccounts.open("donor", "D", name="Donor", public_label="A donor")
    more = {"parent": donor, "tag": call, "expires_on": date(2027, 1, 31), "psc_rate": Decimal("0.130")}
    return subaccounts.open("grant", "G", name="An NGO", public_label="Not named", **more)


def test_what_was_opened_labelled_and_renamed_is_in_order(subaccount):
    assert check_books() == []
    subaccounts.rename(subaccounts.relabel(subaccount, "Another label"), "Another name")
    subaccounts.open("grant", "G", name="ignored", public_label="ignored")
    assert check_books() == []
    assert [event.act for event in trail_for(subaccount)] == ["subaccount.open", "subaccount.relabel", "subaccount.relabel"]


def test_no_text_is_on_record_and_none_twice_for_the_same_label(subaccount):
    subaccounts.relabel(subaccount, "Not named")
    details = str(list(Event.objects.values_list("details", flat=True)))
    assert not any(text in details for text in ("An NGO", "Not named", "A donor", "Africa"))
    assert trail_for(subaccount).count() == 1


def test_a_text_on_record_is_known_by_an_older_key(subaccount, settings):
    settings.ENCRYPTION_KEYS = ["new", *settings.ENCRYPTION_KEYS]
    assert check_books() == []
    settings.ENCRYPTION_KEYS = ["another"]
    assert "subaccount G: expected the public_label on record; found another text." in said()


def test_texts_are_on_record_with_a_new_key_once_resealed_but_not_what_sql_changed(subaccount, settings):
    execute("UPDATE ledger_subaccount SET public_label = 'An NGO' WHERE code = 'D'")
    settings.ENCRYPTION_KEYS = ["new", *settings.ENCRYPTION_KEYS]
    assert (standing.reseal(), standing.reseal()) == (3, 0)
    assert said() == "subaccount D: expected the public_label on record; found another text."
    settings.ENCRYPTION_KEYS = ["new"]
    assert {finding.where for finding in check_books()} == {"subaccount D"}


STANDING = [
    ("subaccount SET psc_rate = '0' WHERE code = 'G'", "subaccount G: expected psc_rate 0.13, as on record; found 0."),
    ("subaccount SET public_label = 'An NGO' WHERE code = 'G'", "subaccount G: expected the public_label on record; found another text."),
    ("subaccount SET name = 'X' WHERE code = 'G'", "subaccount G: expected the name on record"),
    ("subaccount SET tag_id = NULL WHERE code = 'G'", "subaccount G: expected tag call-1, as on record; found none."),
    ("subaccount SET parent_id = NULL WHERE code = 'G'", "subaccount G: expected parent D, as on record; found none."),
    ("subaccount SET expires_on = '2030-01-01' WHERE code = 'G'", "expected expires_on 2027-01-31, as on record; found 2030-01-01."),
    ("subaccount SET currency = 'EUR' WHERE code = 'G'", "subaccount G: expected currency none, as on record; found EUR."),
    ("subaccount SET kind = 'bank' WHERE code = 'G'", "subaccount G: expected kind grant, as on record; found bank."),
    ("subaccount SET code = 'H' WHERE code = 'G'", "subaccount G: expected code G, as on record; found H."),
    ("tag SET parent_id = NULL", "earmark call-1: expected parent africa, as on record; found none."),
    ("tag SET kind = 'theme' WHERE kind = 'region'", "earmark africa: expected kind region, as on record; found theme."),
    ("tag SET name = 'X' WHERE kind = 'region'", "earmark africa: expected the name on record"),
    ("tag SET code = 'X' WHERE kind = 'region'", "earmark africa: expected code africa"),
    ("fundwindow SET name = 'X'", "fund window general: expected the name on record"),
    ("fundwindow SET purpose = 'X'", "fund window general: expected the purpose on record"),
    ("fundwindow SET code = 'X'", "fund window general: expected to be there, as on record; found no such row."),
    ("fundingrule SET split = 'first_in'", "funding rule 2000-01-01: expected split pro_rata, as on record; found first_in."),
    ("fundingrule SET reserve_share = '0.9'", "expected reserve_share 0, as on record; found 0.9."),
    ("fundingrule SET effective_on = '2001-01-01'", "expected effective_on 2000-01-01, as on record; found 2001-01-01."),
    ("fundingrule SET adopted_by_id = 1", "expected adopted_by_id none, as on record; found 1."),
    ("fundingrule SET approved_by_id = 1", "expected approved_by_id none, as on record; found 1."),
    *((f"account SET {column} = 'x' WHERE code = '1010'", "account 1010: expected to be as the chart says") for column in
      ("name", "type", "currency", "subaccount_kinds", "subaccount_rule", "statement", "cash_flow", "translation")),
    ("account SET monetary = NOT monetary WHERE code = '1010'", "account 1010: expected to be as the chart says"),
]  # fmt: skip


@forced
@pytest.mark.parametrize("change, sentence", STANDING)
def test_what_is_forced_on_what_lines_are_about_is_found(subaccount, change, sentence):
    force(f"UPDATE ledger_{change}")
    assert sentence in said()


def test_rows_that_no_act_made_are_found_until_they_are_put_on_record(db):
    slipped = [
        Tag.objects.create(code="t", name="Slipped in", kind="theme"),
        Subaccount.objects.create(kind="donor", code="s", name="S", public_label="S"),
        FundingRule.objects.create(effective_on=date(2026, 1, 1), split="first_in", reserve_share=Decimal("0.15")),
    ]
    assert [finding.where for finding in check_books()] == ["subaccount s S", "earmark Slipped in", "funding rule 2026-01-01 first_in"]
    for row in slipped:
        standing.put(standing.TAKE_IN, row, by=None)
    assert check_books() == []


@forced
def test_a_row_that_is_gone_is_found(subaccount):
    force("DELETE FROM ledger_subaccount WHERE code = 'G'")
    assert said() == "subaccount G: expected to be there, as on record; found no such row."
