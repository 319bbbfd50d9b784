"""Exchange rates: which one holds, what is an error, files with all their oddities."""

import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from tests.factories.people import make_user
from trustfund.audit.models import Event
from trustfund.ledger import standing
from trustfund.ledger.exchange import rate_files, rates
from trustfund.ledger.exchange.models import Rate
from trustfund.money import Money, usd

pytestmark = pytest.mark.django_db
TREASURY = b"""<?xml version="1.0" encoding="utf-8"?>
<UN_OPERATIONAL_RATES_DATASET>
 <UN_OPERATIONAL_RATES><country>Austria</country><f_curr_code>EUR</f_curr_code><rate>0.92</rate><eff_date>1 Jan 2026</eff_date></UN_OPERATIONAL_RATES>
 <UN_OPERATIONAL_RATES><country>France</country><f_curr_code>EUR\t</f_curr_code><rate>0.920</rate><eff_date>1 Jan 2026</eff_date></UN_OPERATIONAL_RATES>
 <UN_OPERATIONAL_RATES><f_curr_code>XOF</f_curr_code><rate>603.42</rate><eff_date>15 Jan 2026</eff_date></UN_OPERATIONAL_RATES>
 <UN_OPERATIONAL_RATES><f_curr_code>USD</f_curr_code><rate>1</rate><eff_date>1 Jan 2026</eff_date></UN_OPERATIONAL_RATES>
 <UN_OPERATIONAL_RATES><f_curr_code>ZWL</f_curr_code><rate>322</rate><eff_date>1 Jan 2020</eff_date></UN_OPERATIONAL_RATES>
</UN_OPERATIONAL_RATES_DATASET>"""  # noqa: E501


def add(currency, day, value):
    return rates.add(currency, day, Decimal(value), source="test")


def test_the_newest_rate_not_after_the_day_holds():
    add("EUR", date(2026, 1, 1), "0.92")
    add("EUR", date(2026, 1, 20), "0.91")
    add("EUR", date(2026, 2, 1), "0.90")
    found = [rates.rate_for("EUR", date(2026, month, day)).value for month, day in [(1, 1), (1, 19), (1, 20), (1, 31), (2, 1), (3, 17)]]
    assert found == [Decimal(text) for text in ("0.92", "0.92", "0.91", "0.91", "0.90", "0.90")]


def test_a_missing_rate_names_the_currency_and_the_day():
    add("EUR", date(2026, 1, 1), "0.92")
    with pytest.raises(rates.MissingRate, match="no exchange rate for EUR on 2025-12-31"):
        rates.rate_for("EUR", date(2025, 12, 31))
    with pytest.raises(ValidationError, match="no exchange rate for CHF on 2026-01-01"):
        rates.to_usd(Money(1, "CHF"), date(2026, 1, 1))


def test_a_stale_rate_is_an_error(settings):
    add("EUR", date(2026, 1, 1), "0.92")
    assert rates.rate_for("EUR", date(2026, 2, 15)).value == Decimal("0.92")
    with pytest.raises(rates.MissingRate, match="for EUR on 2026-02-16 is of 2026-01-01, which is too old"):
        rates.rate_for("EUR", date(2026, 2, 16))
    settings.RATE_MAX_AGE_DAYS = 60
    assert rates.rate_for("EUR", date(2026, 2, 16)).value == Decimal("0.92")


def test_usd_is_one():
    assert rates.to_usd(usd("12.34"), date(2026, 1, 1)) == (usd("12.34"), Decimal(1))


IN_DOLLARS = [("92", "EUR", "0.92", "100"), ("1500", "JPY", "155.1", "9.67"), ("1", "KWD", "0.307", "3.26")]


@pytest.mark.parametrize("amount, currency, rate, dollars", IN_DOLLARS)
def test_amounts_are_rounded_to_the_cent(amount, currency, rate, dollars):
    add(currency, date(2026, 1, 1), rate)
    assert rates.to_usd(Money(amount, currency), date(2026, 1, 2)) == (usd(dollars), Decimal(rate))


def test_a_rate_is_never_overwritten():
    rate = add("EUR", date(2026, 1, 1), "0.92")
    assert add("EUR", date(2026, 1, 1), "0.920") == rate
    with pytest.raises(ValidationError, match=r"EUR on 2026-01-01, 0\.93: it is 0\.92 already"):
        add("EUR", date(2026, 1, 1), "0.93")
    with pytest.raises(IntegrityError), transaction.atomic():
        Rate.objects.update(value=Decimal("0.93"))


@pytest.mark.parametrize("currency, value", [("XXX", "1"), ("EUR", "0"), ("EUR", "-1")])
def test_what_is_no_rate_is_refused(currency, value):
    with pytest.raises(ValidationError, match="no such currency, or not above zero"):
        add(currency, date(2026, 1, 1), value)


def test_adding_rates_is_on_record():
    user = make_user()
    rates.add_all([("EUR", date(2026, 1, 1), Decimal("0.92"))], source="x.xml", by=user)
    event = Event.objects.get(act="rate.add")
    rate, details = Rate.objects.get(), event.details
    assert (event.actor, details.pop("source")) == (user, standing.digest_of(rate, "source"))
    known = {"currency": "EUR", "effective_on": "2026-01-01", "value": "0.92", "added_by_id": str(user.pk)}
    assert details == {**known, "added_at": rate.added_at.isoformat(timespec="microseconds")}


# Files


def test_the_treasurys_xml_with_its_oddities():
    found = rate_files.read("rates.XML", TREASURY)
    assert found.rates == [
        ("EUR", date(2026, 1, 1), Decimal("0.92")),
        ("EUR", date(2026, 1, 1), Decimal("0.920")),
        ("XOF", date(2026, 1, 15), Decimal("603.42")),
    ]
    assert found.unknown == ["ZWL"]
    added, known = rates.add_all(found.rates, source="x")
    assert (len(added), known) == (2, 0)
    assert rates.add_all(found.rates, source="x") == ([], 2)


def test_a_file_with_two_rates_for_a_day_is_refused():
    found = rate_files.read("rates.xml", TREASURY.replace(b"0.920", b"0.93"))
    with pytest.raises(ValidationError, match="two different rates"):
        rates.add_all(found.rates, source="x")
    assert not Rate.objects.exists()


CSV = [
    "currency,rate,date\nEUR,0.92,2026-01-01\n",
    "code;rate;eff_date\nEUR;0.92;1-Jan-2026\n",
    "\ufeffCurrency\tRate\tDate\neur\t0.92\t1 January 2026\n",
]


@pytest.mark.parametrize("text", CSV)
def test_csv_with_any_delimiter(text):
    assert rate_files.read("r.csv", text.encode()).rates == [("EUR", date(2026, 1, 1), Decimal("0.92"))]


def test_xlsx_with_date_cells_and_numbers():
    workbook = openpyxl.Workbook()
    for row in [("Currency", "Rate", "Effective date"), ("EUR", 0.92, datetime(2026, 1, 1)), ("JPY", "155.1", "2026-01-01")]:
        workbook.active.append(row)
    file = io.BytesIO()
    workbook.save(file)
    day = date(2026, 1, 1)
    assert rate_files.read("r.xlsx", file.getvalue()).rates == [("EUR", day, Decimal("0.92")), ("JPY", day, Decimal("155.1"))]


BAD = {
    "not xml": ("r.xml", b"<a>", "not well-formed XML at line 1: is it cut off"),
    "entities": ("r.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares entities"),
    "no rates": ("r.xml", b"<a/>", "has no exchange rates"),
    "another kind": ("r.pdf", b"%PDF", "XML, CSV or XLSX"),
    "not a workbook": ("r.xlsx", b"PK", "not an XLSX workbook"),
    "not UTF-8": ("r.csv", b"\xff\xfe\x00", "not in UTF-8"),
    "a bad date": ("r.csv", b"currency,rate,date\nEUR,0.92,01/02/2026\n", "Row 2: “01/02/2026” is not a date"),
    "a row as a spreadsheet counts it": ("r.csv", b"currency,rate,date\nEUR,0.92,2026-01-01\n\nGBP,x,2026-01-01\n", "Row 4: “x”"),
    "no such columns": ("r.csv", b"currency,kurs,tag\nEUR,1,2026-12-31\n", "no column rate, date; in its first row stand: currency, kurs"),
    "a month that is none": ("r.csv", b"currency,rate,date\nEUR,0.92,1 Foo 2026\n", "is not a date"),
    "a bad rate": ("r.csv", b"currency,rate,date\nEUR,=1+1,2026-01-01\n", "is not a rate above zero"),
    "infinity": ("r.csv", b"currency,rate,date\nEUR,Infinity,2026-01-01\n", "is not a rate above zero"),
    "a bad code": ("r.csv", b"currency,rate,date\nEURO,1,2026-01-01\n", "is not a currency's code"),
    "too large": ("r.csv", b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_a_sentence(case):
    name, content, sentence = BAD[case]
    with pytest.raises(ValidationError) as refused:
        rate_files.read(name, content)
    assert sentence in " ".join(refused.value.messages)


def test_the_command(tmp_path, capsys):
    path = tmp_path / "rates.xml"
    path.write_bytes(TREASURY)
    call_command("import_rates", str(path))
    assert capsys.readouterr().out == "2 rates added, 0 known already.\nLeft out, no active currency: ZWL.\n"
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_rates", str(tmp_path / "none.xml"))
    (tmp_path / "bad.csv").write_text("currency,rate,date\nEUR,0.93,2026-01-01\n")
    with pytest.raises(CommandError, match=r"it is 0\.92 already"):
        call_command("import_rates", str(tmp_path / "bad.csv"))
