"""What a voucher may say: each problem has its sentence, its line and its field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.factories.books import DAY, make_bank, make_grant, make_instalment, open_years
from tests.factories.people import make_user
from tests.factories.vouchers import credit, debit, fee, says
from trustfund import clock
from trustfund.ledger import chart, periods, subaccounts
from trustfund.ledger.exchange import rates
from trustfund.ledger.models import Period
from trustfund.money import Money, usd
from trustfund.people.roles import Role
from trustfund.vouchers import rules
from trustfund.vouchers.rules import OWN_ACTS, Row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        open_years()
        yield


def problems(rows=None, **more):
    """(line, field, text) of each."""
    return [(problem.row, problem.field, problem.text) for problem in rules.problems_of(says(rows, **more))]


def test_what_is_in_order_has_none():
    assert problems() == []


def test_it_has_at_least_two_lines():
    assert problems([]) == [(None, "", "A voucher has at least two lines.")]
    assert problems(fee()[:1]) == [(None, "", "A voucher has at least two lines.")]


def test_it_balances_to_the_cent_and_says_by_how_much_it_does_not():
    text = "The debits are USD 100.00 and the credits USD 99.99: they are USD 0.01 apart."
    assert problems([debit("5220", "100"), credit("2010", "99.99")]) == [(None, "", text)]


@pytest.mark.parametrize(("kind", "code", "account"), [("instalment", "TAKEN-OVER-GIFTS", "4040"), ("grant", "TAKEN-OVER-GRANTS", "1290")])
def test_the_history_of_a_fund_that_was_taken_over_takes_no_more_postings(kind, code, account):
    of = subaccounts.open(kind, code, name="History", public_label=code)
    text = f"{code} stands for the years before these books: nothing is posted to it now."
    assert problems([debit("5220", "100"), credit(account, "100", of)])[0] == (2, "subaccount", text)


@pytest.mark.parametrize("amount", ["0", "-5"])
def test_an_amount_is_above_zero(amount):
    found = problems([debit("5220", amount), credit("2010", "5")])
    assert found == [(1, "debit", "Enter an amount above zero.")]


def test_the_day_is_not_to_come():
    assert problems(on=date(2026, 3, 17)) == [(None, "date", "The date is in the future.")]


def test_the_year_is_open():
    found = problems(on=date(2025, 12, 31))
    assert [(row, field, text[:42]) for row, field, text in found] == [(None, "date", "The fiscal year 2025 has no periods yet. O")]


def test_the_period_is_open():
    finance, approver = make_user(Role.FINANCE), make_user(Role.APPROVER)
    for period in Period.objects.filter(number__lte=2).order_by("number"):
        periods.close(periods.propose_closing(period, by=finance), by=approver)
    text = "The period 2026-02 is closed. Post in an open period, or have this one reopened."
    assert problems(on=date(2026, 2, 28)) == [(None, "date", text)]


def test_an_adjustment_is_dated_the_last_day_of_the_year():
    text = "A year-end adjustment is dated 31 December: it goes to period 13."
    assert problems(kind="adjustment") == [(None, "date", text)]


def test_an_account_is_of_the_chart():
    assert problems([debit("9999", "1"), credit("2010", "1")]) == [(1, "account", "There is no account 9999.")]


@pytest.mark.parametrize("code", sorted(OWN_ACTS))
def test_what_the_workflow_posts_is_not_posted_by_hand(code):
    kind = chart.BY_CODE[code].subaccount_kinds
    of = subaccounts.open(kind, f"X-{code}", name="X", public_label="X") if kind else None
    (row, field, text), *others = problems([debit(code, "1", of), credit(code, "1", of)])
    assert (row, field, len(others)) == (1, "account", 1)
    assert text.startswith(f"A voucher can’t post to account {code}: ")


def test_the_memo_accounts_and_those_of_grants_are_the_workflows():
    assert {code for code, each in chart.BY_CODE.items() if each.type == "memo"} <= OWN_ACTS.keys()
    left = [code for code, each in chart.BY_CODE.items() if each.subaccount_kinds == "grant" and each.subaccount_rule == "required"]
    assert [code for code in left if code not in OWN_ACTS] == ["1290"]


def test_a_control_account_wants_its_subaccount():
    found = problems([debit("1010", "5"), credit("4100", "5")])
    assert found == [(1, "subaccount", "Account 1010 wants a subaccount: bank account.")]


def test_a_subaccount_is_of_the_accounts_kind():
    found = problems([debit("1010", "5", make_grant(), ""), credit("4100", "5", make_bank())])
    assert [(row, field) for row, field, _text in found] == [(1, "subaccount"), (2, "subaccount")]
    assert "it wants bank account" in found[0][2]
    assert found[1][2] == "Account 4100 has no subaccounts: leave this empty."


def test_an_account_that_may_name_several_kinds_says_which():
    found = problems([debit("5300", "5", make_bank()), credit("1010", "5", make_bank())])
    assert found == [(1, "subaccount", "Account 5300 can’t name BANK-USD: it wants instalment or gift or grant.")]


def test_a_bank_account_stands_on_its_own_account_in_its_own_currency():
    euro = make_bank("EUR")
    rates.add("EUR", date(2026, 3, 1), Decimal("0.92"), source="test")
    found = problems([debit("5300", "5"), credit("1010", "5", euro)])
    assert found == [(2, "account", "The bank account BANK-EUR is in EUR: it stands on 1020.")]
    found = problems([debit("5300", "5"), credit("1020", "5", euro)])
    assert found == [(2, "currency", "The bank account BANK-EUR is in EUR: its lines are too.")]
    five = Money("5", "EUR")
    assert problems([debit("5300", five), credit("1020", five, euro)]) == []


def test_a_missing_rate_names_currency_and_day_beside_each_line():
    text = "There is no exchange rate for CHF on 2026-03-16. Import it first."
    assert problems(fee(Money("5", "CHF"))) == [(1, "currency", text), (2, "currency", text)]


def test_a_stale_rate_is_no_rate():
    rates.add("CHF", date(2026, 1, 1), Decimal("0.8"), source="test")
    assert "too old" in problems(fee(Money("5", "CHF")))[0][2]


def test_less_than_a_cent_is_refused():
    rates.add("IRR", date(2026, 3, 1), Decimal("42000"), source="test")
    tiny = "At the rate of the day this is less than a cent of USD."
    assert problems(fee(Money("5", "IRR"))) == [(1, "debit", tiny), (2, "credit", tiny)]


def test_several_problems_are_said_at_once():
    found = problems([debit("9010", "0"), credit("1010", "5")], on=date(2026, 3, 17))
    assert [(row, field) for row, field, _text in found] == [(None, "date"), (1, "account"), (1, "debit"), (2, "subaccount")]


# The trace


def apart(rows):
    (row, field, text), *others = problems(rows)
    assert (row, field, others) == (None, "", [])
    return text


def test_money_to_a_contribution_would_break_the_trace():
    gift = make_instalment()
    text = apart([debit("1010", "5", make_bank()), credit("4010", "5", gift)])
    assert text.startswith(f"The lines that name {gift.code} are USD 5.00 apart.")
    assert "break the trace" in text


def test_money_to_a_grant_would_break_the_trace():
    grant = make_grant()
    assert grant.code in apart([debit("5300", "5", grant), credit("1010", "5", make_bank())])
    assert grant.code in apart([debit("5500", "5"), credit("1290", "5", grant)])


def test_money_between_two_contributions_would_break_the_trace():
    rows = [debit("4010", "5", make_instalment()), credit("4010", "5", make_instalment())]
    assert len(problems(rows)) == 2


def test_what_stays_with_a_contribution_or_a_grant_is_posted():
    gift, grant = make_instalment(), make_grant()
    assert problems([debit("5500", "5", gift), credit("1190", "5", gift)]) == []
    assert problems([debit("5500", "5", grant), credit("1290", "5", grant)]) == []
    assert problems([debit("4020", "5", gift), credit("4010", "5", gift)]) == []


def test_what_is_given_in_kind_is_an_expense_and_no_money():
    gift = make_instalment()
    assert problems([debit("5220", "5"), credit("4040", "5", gift)]) == []
    text = "What is given in kind is met by an expense and moves no money: account 1010 does not fit."
    assert problems([debit("1010", "5", make_bank()), credit("4040", "5", gift)]) == [(1, "account", text)]


def test_what_is_owed_to_a_donor_is_paid_out_and_never_in():
    gift, bank = make_instalment(), make_bank()
    assert problems([debit("2300", "5", gift), credit("1010", "5", bank)]) == []
    assert gift.code in apart([debit("1010", "5", bank), credit("2300", "5", gift)])


# Worth in USD


def test_one_currency_is_split_off_its_sides_worth():
    rates.add("EUR", date(2026, 3, 1), Decimal("0.92"), source="test")
    third = [Row("5220", "debit", Money("33.33", "EUR")) for _each in range(3)]
    rows, missing = rules.worked_out([*third, credit("2010", Money("99.99", "EUR"))], DAY)
    assert missing == []
    assert sum((row.usd for row in rows[:3]), usd(0)) == rows[3].usd == usd("108.68")


def test_a_rate_is_looked_up_once_however_many_lines_there_are(django_assert_num_queries):
    rates.add("EUR", date(2026, 3, 1), Decimal("0.92"), source="test")
    rows = [debit("5220", Money("10", "EUR")), credit("2010", Money("10", "EUR"))] * 25
    with django_assert_num_queries(1):
        rules.worked_out(rows, DAY)


def test_several_currencies_are_each_at_their_rate():
    rates.add("EUR", date(2026, 3, 1), Decimal("0.92"), source="test")
    rows, _missing = rules.worked_out([debit("5220", Money("100", "EUR")), credit("2010", "108.70")], DAY)
    assert [row.usd for row in rows] == [usd("108.70"), usd("108.70")]
    assert [row.rate for row in rows] == [Decimal("0.92"), Decimal(1)]
