"""Bad input at the four doors through which money gets into the books: vouchers, rates, banks' statements, contributions.

Each is sent to its page as somebody of finance would. The page says in which row and field what is wrong (422), and nothing is half there.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import strip_tags

from donors.contributions.models import Contribution
from tests.banking.files import Fact, Facts, camt, mt940, table
from tests.donors.support import signed_in
from tests.factories.banking import make_details
from tests.factories.books import DAY, make_bank, make_instalment, open_years
from tests.factories.donors import make_agreement, make_contribution, make_donor
from tests.factories.people import make_user
from tests.vouchers.test_views import typed
from trustfund import clock
from trustfund.banking.csv_files import Layout
from trustfund.banking.models import BankLine, BankStatement
from trustfund.files import StoredFile
from trustfund.ledger import periods
from trustfund.ledger.exchange import rates
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.funding.models import Allocation
from trustfund.ledger.models import Entry, Line, Period, Seal, Subaccount
from trustfund.ledger.verification import check_books
from trustfund.money import Money, usd
from trustfund.people.roles import Role
from trustfund.vouchers.models import Voucher

pytestmark = pytest.mark.django_db
KEPT = [Allocation, BankLine, BankStatement, Contribution, Entry, Line, Rate, Seal, StoredFile, Subaccount]


@pytest.fixture(autouse=True)
def _in_march():
    """16 March 2026; January and February are closed, 2025 was never opened."""
    with clock.frozen(DAY):
        open_years(2026)
        finance, checker = make_user(Role.FINANCE), make_user(Role.APPROVER)
        for period in Period.objects.filter(number__lte=2).order_by("number"):
            periods.close(periods.propose_closing(period, by=finance), by=checker)
        yield


@contextmanager
def nothing_is_kept(*also: type) -> Iterator[None]:
    before = {each: each.objects.count() for each in [*KEPT, *also]}
    yield
    assert {each: each.objects.count() for each in before} == before
    assert check_books() == []


def said(response) -> str:
    """What a page says, without its tags; 422."""
    assert response.status_code == 422, response.content.decode()[:2000]
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(unescape(strip_tags(f"<main{main}")).partition("There is something to put right")[2].split())


# Vouchers

BANK, EURO = "BANK-USD", "BANK-EUR"
VOUCHERS = {
    "a year that is not open": ({"date": "2025-12-31"}, [], "Date: The fiscal year 2025 has no periods yet"),
    "a closed period": ({"date": "2026-02-28"}, [], "is closed. Post in an open period"),
    "a day to come": ({"date": "2026-03-17"}, [], "Date: The date is in the future"),
    "no day": ({"date": "31 March"}, [], "Date: Enter a valid date"),
    "an adjustment in March": ({"kind": "adjustment"}, [], "Date: A year-end adjustment is dated 31 December"),
    "an unknown account": ({}, [("9999", "", "5.00", "")], "Row 1, Account: Select a valid choice. 9999"),
    "an account of the workflow": ({}, [("5010", "", "5.00", "")], "Row 1, Account: A voucher can’t post to account 5010"),
    "unbalanced": ({}, [("5220", "", "100.00", ""), ("2010", "", "", "99.99")], "they are USD 0.01 apart"),
    "one line": ({}, [("5220", "", "100.00", "")], "A voucher has at least two lines"),
    "nothing": ({}, [("5220", "", "0", ""), ("2010", "", "", "0")], "Row 1, Debit: Enter an amount above zero"),
    "below nothing": ({}, [("5220", "", "-5", ""), ("2010", "", "", "-5")], "Row 1, Debit: The amount must not be below zero"),
    "both sides": ({}, [("5220", "", "5", "5")], "Row 1, Debit: Enter an amount as a debit or as a credit"),
    "too precise": ({}, [("5220", "", "5.001", "")], "Row 1, Debit: “5.001” has more decimal places than USD has"),
    "too precise in yen": ({}, [("5220", "", "5.5", "", "JPY", "")], "Row 1, Debit: “5.5” has more decimal places than JPY has"),
    "no number": ({}, [("5220", "", "five", "")], "Row 1, Debit: “five” is not an amount"),
    "no currency": ({}, [("5220", "", "5", "", "XYZ", "")], "Row 1, Currency: “XYZ” is no currency code"),
    "a currency without a rate": (
        {}, [("5220", "", "5", "", "CHF", ""), ("2010", "", "", "5", "CHF", "")],
        "Row 1, Currency: There is no exchange rate for CHF on 2026-03-16",
    ),
    "another currency than the bank's": (
        {}, [("5300", "", "5", ""), ("1020", EURO, "", "5")], "Row 2, Currency: The bank account BANK-EUR is in EUR: its lines are too",
    ),
    "another bank account's account": (
        {}, [("5300", "", "5", ""), ("1010", EURO, "", "5")], "Row 2, Account: The bank account BANK-EUR is in EUR: it stands on 1020",
    ),
    "no bank account": ({}, [("5300", "", "5", ""), ("1010", "", "", "5")], "Row 2, Subaccount: Account 1010 wants a subaccount"),
    "a subaccount that is not": ({}, [("5300", "", "5", ""), ("1010", "NONE", "", "5")], "Row 2, Subaccount: There is no subaccount NONE"),
    "more than any account holds": ({}, [("5220", "", "9" * 20, ""), ("2010", "", "", "9" * 20)], "too large"),
}  # fmt: skip


@pytest.mark.parametrize("case", VOUCHERS)
def test_vouchers(case):
    """What can't be so in any case is not written; what may still be mended is written, and neither submitted nor posted."""
    head, rows, text = VOUCHERS[case]
    make_bank()
    make_bank("EUR")
    client = signed_in(Role.FINANCE)
    with nothing_is_kept():
        answer = client.post("/books/vouchers/new/", typed(*(rows or [("5220", "", "5.00", ""), ("2010", "", "", "5.00")]), **head))
        if answer.status_code == 302:
            answer = client.post(f"{answer['Location']}submit/")
        assert text in said(answer)
    assert set(Voucher.objects.values_list("state", flat=True)) <= {"draft"}


# Rates

HEAD = "currency,rate,date\n"
GOOD = "EUR,0.92,2026-03-01\n"
RATES = {
    "a rate of the far future": (HEAD + GOOD + "CHF,0.8,2062-03-01\n", "Row 3: the date 2062-03-01 is too far in the future"),
    "nothing": (HEAD + GOOD + "CHF,0,2026-03-01\n", "Row 3: “0” is not a rate above zero"),
    "below nothing": (HEAD + GOOD + "CHF,-0.8,2026-03-01\n", "Row 3: “-0.8” is not a rate above zero"),
    "no number": (HEAD + GOOD + "CHF,=1+1,2026-03-01\n", "Row 3: “=1+1” is not a rate above zero"),
    "too precise": (HEAD + GOOD + "CHF,0.12345678901,2026-03-01\n", "Row 3: the rate 0.12345678901 has more than 10 decimals"),
    "too small": (HEAD + GOOD + "CHF,1E-400,2026-03-01\n", "Row 3: the rate 1E-400 has more than 10 decimals"),
    "too large": (HEAD + GOOD + "CHF,1E+300,2026-03-01\n", "Row 3: the rate 1E+300 has more than 10 decimals or 10 digits"),
    "a code that is none": (HEAD + GOOD + "FRANC,0.8,2026-03-01\n", "Row 3: “FRANC” is not a currency's code"),
    "a day that is none": (HEAD + GOOD + "CHF,0.8,2026-02-30\n", "Row 3: “2026-02-30” is not a date"),
    "cut in the middle": (HEAD + GOOD + "CHF,0.", "Row 3: “” is not a date"),
    "cut within quotes": (HEAD + GOOD + '"CHF,0.8,2026-03-01\n', "Row 3: “CHF,0.8,2026-03-01”"),
    "one cell without an end": (HEAD + GOOD + '"' + "x" * 140_000, "Row 3: it can't be read as CSV"),
    "two rates for one day": (HEAD + GOOD + "EUR,0.93,2026-03-01\n", "EUR on 2026-03-01, 0.93: the file has two different rates"),
    "another rate than is there": (HEAD + "JPY,150,2026-03-01\nJPY,151,2026-02-01\n", "JPY on 2026-02-01, 151: it is 155 already"),
    "no columns": ("EUR;0.92\n", "The file has no column currency, rate, date; in its first row stand: eur, 0.92"),
    "another encoding": ((HEAD + GOOD).encode("utf-16"), "The CSV file is not in UTF-8"),
    "an empty file": ("", "empty"),
}


@pytest.mark.parametrize("case", RATES)
def test_rates(case):
    content, text = RATES[case]
    rates.add("JPY", date(2026, 2, 1), Decimal("155"), source="test")
    with nothing_is_kept():
        assert text in said(_import("rates.csv", content if isinstance(content, bytes) else content.encode()))


def _import(name: str, content: bytes):
    return signed_in(Role.FINANCE).post("/books/rates/import/", {"file": SimpleUploadedFile(name, content)})


XML = b"<UN_OPERATIONAL_RATES_DATASET><UN_OPERATIONAL_RATES><f_curr_code>EUR</f_curr_code><rate>0.92</rate><eff_date>1 Mar 2026</eff_date>"


@pytest.mark.parametrize("content", [XML, XML[:40], b"<a", b"\xff\xfe<\x00a\x00"])
def test_an_xml_of_rates_that_is_cut(content):
    with nothing_is_kept():
        assert "The file is not well-formed XML" in said(_import("rates.xml", content))


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_workbook_of_rates_that_is_cut(part):
    workbook, file = openpyxl.Workbook(), io.BytesIO()
    for row in [("Currency", "Rate", "Date"), ("EUR", 0.92, "2026-03-01")]:
        workbook.active.append(row)
    workbook.save(file)
    content = file.getvalue()
    with nothing_is_kept():
        assert "The file is not an XLSX workbook" in said(_import("rates.xlsx", content[: int(len(content) * part)]))


def test_a_rate_by_hand():
    wrong = {"currency": "EUR", "effective_on": "2026-03-01", "value": "0.92", "source": "x"}
    cases = {"value": ["0", "-1", "0.123456789012", "x", ""], "effective_on": ["2062-01-01", "yesterday"], "currency": ["XYZ", "USD"]}
    client = signed_in(Role.FINANCE)
    with nothing_is_kept():
        for field, values in cases.items():
            for value in values:
                answer = client.post("/books/rates/new/", {**wrong, field: value})
                assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field]), value


# The banks' statements

ENTRIES = [Fact(usd("100.00"), reference="A-1"), Fact(usd("-3.00"), after=5, reference="A-2")]
FACTS = Facts(ENTRIES, opening=usd("0.00"), first=date(2026, 3, 2))
AGAIN = replace(FACTS, first=date(2026, 3, 13), opening=usd("97.00"))
UMLAUT = replace(FACTS, entries=[Fact(usd("1.00"), text="Ü")])
LAYOUT = Layout(booked="Booked", amount="Amount", text="Text", balance="Balance")
STATEMENTS = {
    "cut in the middle": (camt(FACTS)[:-200], "The file ends in the middle, at line 2: send it again as a whole"),
    "MT940 cut in the middle": (mt940(FACTS)[: len(mt940(FACTS)) // 2], "closing balance (:62F:): it is missing: the file may be cut"),
    "CSV cut in the middle": (table(FACTS, LAYOUT)[:-12], "Row 3"),
    "another encoding": (camt(FACTS).decode().replace("A-1", "Ü-1").encode("cp1252"), "not in the encoding that it declares"),
    "CSV in another encoding": (table(UMLAUT, LAYOUT).decode("utf-8-sig").encode("cp1252"), "encoding"),
    "another account": (camt(replace(FACTS, account="AT483200000012345864")), "account: it is of the account AT483200000012345864, not of"),
    "another currency": (
        camt(Facts([Fact(Money("100.00", "EUR"))], opening=Money("0.00", "EUR"), first=date(2026, 3, 2))),
        "currency: it is in EUR, the account in USD",
    ),
    "that does not add up": (camt(replace(FACTS, closing=usd("97.01"))), "a difference of"),
    "too precise": (camt(FACTS).replace(b">100.00<", b">100.001<"), "amount"),
    "below nothing": (camt(FACTS).replace(b">100.00<", b">-100.00<"), "amount"),
    "the same number twice": (camt(FACTS, AGAIN), "number: it is in the file more than once"),
    "days to come": (camt(replace(FACTS, first=date(2026, 3, 14))), "has not come yet"),
    "nothing": (b"", "empty"),
}  # fmt: skip


def take_in(content: bytes):
    details = make_details(layout=LAYOUT)
    return signed_in(Role.FINANCE).post("/banking/import/", {"details": details.pk, "file": SimpleUploadedFile("march.xml", content)})


@pytest.mark.parametrize("case", STATEMENTS)
def test_statements_of_banks(case):
    content, text = STATEMENTS[case]
    make_details(layout=LAYOUT)
    with nothing_is_kept():
        assert text in said(take_in(content))


def test_statements_that_were_taken_in_or_overlap():
    assert take_in(camt(FACTS)).status_code == 302
    overlapping = replace(FACTS, number="2026-99", first=date(2026, 3, 5), opening=usd("97.00"))
    later = replace(FACTS, number="2026-99", first=date(2026, 3, 13), days=2, opening=usd("99.00"), entries=[])
    for content, text in (
        (camt(FACTS), "is here already"),
        (camt(FACTS) + b"\n", "is here already"),
        (camt(overlapping), "their days overlap"),
        (camt(later), "opening balance"),
    ):
        with nothing_is_kept():
            assert text in said(take_in(content))


# Contributions

CONTRIBUTIONS = {
    "a closed period": ({"on": "2026-02-27"}, "is closed. Post in an open period"),
    "a year that is not open": ({"on": "2025-12-31"}, "The fiscal year 2025 has no periods yet"),
    "a day to come": ({"on": "2026-03-17"}, "Value date: The value date is in the future"),
    "no day": ({"on": "soon"}, "Value date: Enter a valid date"),
    "nothing": ({"amount": "0"}, "Amount that was sent: The amount must be above zero"),
    "below nothing": ({"amount": "-5"}, "Amount that was sent: The amount must not be below zero"),
    "too precise": ({"amount": "5.001"}, "Amount that was sent: “5.001” has more decimal places than USD has"),
    "no number": ({"amount": "five"}, "Amount that was sent: “five” is not an amount"),
    "more than any account holds": ({"amount": "9" * 20}, "too large"),
    "charges above it": ({"amount": "5", "charges": "5"}, "Charges that banks kept: The charges must be less than the amount"),
    "charges below nothing": ({"charges": "-1"}, "Charges that banks kept: The amount must not be below zero"),
    "a reference that is there": ({"bank_reference": " TRX-1 "}, "Bank reference: A receipt with this bank reference is entered already"),
    "no reference": ({"bank_reference": "  "}, "Bank reference: This field is required"),
    "a currency without a rate": ({"bank": "CHF"}, "There is no exchange rate for CHF on 2026-03-16"),
    "more than is outstanding": ({"what": "instalment", "amount": "1000.01"}, "more than what is outstanding"),
    "no bank": ({"bank": "0"}, "Bank account of the Fund: Select a valid choice"),
}


@pytest.mark.parametrize("case", CONTRIBUTIONS)
def test_contributions(case):
    wrong, text = CONTRIBUTIONS[case]
    instalment, donor = make_agreement(usd("1000")).instalments.get(), make_donor()
    make_contribution(usd("1"), bank_reference="TRX-1")
    form = {"bank": make_bank().pk, "on": "2026-03-16", "amount": "1,000.00", "bank_reference": "TRX-2", "what": "gift"}
    form |= {"donor": donor.pk, "psc_rate": "0", "instalment": instalment.pk, "confirmed": "1", **wrong}
    form["bank"] = make_bank("CHF").pk if form["bank"] == "CHF" else form["bank"]
    with nothing_is_kept():
        assert text in said(signed_in(Role.FINANCE).post("/donors/contributions/new/", form))


def test_what_the_ledger_itself_refuses():
    """Below the pages: the same for whoever calls the ledger from code."""
    from django.core.exceptions import ValidationError

    from trustfund.ledger import posting
    from trustfund.ledger.legs import credit, debit
    from trustfund.money import TooPrecise

    bank, euro, gift = make_bank(), make_bank("EUR"), make_instalment()
    five = usd("5")
    cases = {
        "no_period": ([debit("5220", five), credit("2010", five)], date(2025, 12, 31)),
        "closed": ([debit("5220", five), credit("2010", five)], date(2026, 2, 28)),
        "account": ([debit("9999", five), credit("2010", five)], DAY),
        "unbalanced": ([debit("5220", five), credit("2010", usd("4.99"))], DAY),
        "amount": ([debit("5220", usd("-5")), credit("2010", usd("-5"))], DAY),
        "empty": ([debit("5220", five)], DAY),
        "subaccount": ([debit("1010", five), credit("4100", five)], DAY),
        "currency": ([debit("1020", five, euro), credit("4100", five)], DAY),
        "rate": ([debit("1010", five, bank, Money("5", "EUR")), credit("4100", five)], DAY),
        "original": ([debit("1010", five, bank, usd("6"), Decimal(1)), credit("4010", five, gift)], DAY),
    }
    for code, (legs, on) in cases.items():
        with nothing_is_kept(), pytest.raises(ValidationError) as refused:
            posting.post(legs, reference=f"bad:{code}", on=on, by=None, source="test")
        assert refused.value.code == code
    with pytest.raises(TooPrecise):
        usd("0.001")
