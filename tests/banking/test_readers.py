"""What a bank wrote is what is read, in every format; what can't be right is refused in words that name entry and field."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.banking.files import IBAN, Fact, Facts, camt, mt940, table
from trustfund.banking import camt as camt_reader
from trustfund.banking import csv_files, reading
from trustfund.banking import mt940 as mt940_reader
from trustfund.banking.checking import Known, Link, check, same_account
from trustfund.banking.csv_files import COLUMNS, MARKED, Layout
from trustfund.money import Money, usd

SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "data" / "iso20022"
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TODAY = date(2026, 4, 1)
ENTRY = Fact(usd("250.00"), reference="B-1", end_to_end="E-1", counterparty="Kingdom of Arendal", text="Instalment 2 of ARD-2026")
OUT = Fact(usd("-99.95"), after=3, value_after=-1, reference="B-2", text="Charges")
FACTS = Facts([ENTRY, OUT], opening=usd("1000.00"))

currencies = st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF"])
swift = st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,()+' ")
words = st.text(swift, max_size=30).map(lambda text: " ".join(text.split()))
codes = st.text(st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-"), min_size=1, max_size=14).filter(lambda text: "--" not in text)
letters = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=40)


def minors(currency: str) -> st.SearchStrategy[Money]:
    return st.integers(-(10**11), 10**11).filter(bool).map(lambda minor: Money.from_minor(minor, currency))


@st.composite
def statements(draw: st.DrawFn, texts: st.SearchStrategy[str] = words, least: int = 0) -> Facts:
    currency = draw(currencies)
    entry = st.builds(
        Fact, amount=minors(currency), after=st.integers(0, 10), value_after=st.integers(-5, 5), reference=codes, end_to_end=codes,
        counterparty=texts, text=texts,
    )  # fmt: skip
    number = f"2026-{draw(st.integers(1, 99999))}"
    return Facts(draw(st.lists(entry, min_size=least, max_size=6)), opening=draw(minors(currency)), number=number)


def said(error: pytest.ExceptionInfo[ValidationError]) -> str:
    return " ".join(error.value.messages)


def assert_read(found, facts: Facts, *, names: bool = True) -> None:
    """Everything that the format carries comes back as it was meant."""
    assert (found.account, found.currency, found.number) == (facts.account, facts.currency, facts.number)
    assert (found.opened_on, found.opening, found.closed_on, found.closing) == (facts.first, facts.opening, facts.last, facts.ending)
    assert [(each.booked_on, each.value_on, each.amount) for each in found.bookings] == [
        (facts.booked(each), facts.valued(each), each.amount) for each in facts.entries
    ]
    assert [(each.bank_reference, each.end_to_end_id) for each in found.bookings] == [
        (each.reference, each.end_to_end) for each in facts.entries
    ]
    if names:
        assert [(each.counterparty, each.text) for each in found.bookings] == [(each.counterparty, each.text) for each in facts.entries]
    check([found], Known(IBAN, facts.currency), TODAY)


# Round trips


@SLOW
@given(statements(letters), st.sampled_from(["02", "08"]))
def test_camt_gives_back_what_was_written(facts, version):
    (found,) = camt_reader.read(camt(facts, version=version))
    assert found.format == f"camt.053.001.{version}"
    assert_read(found, facts)


@SLOW
@given(statements())
def test_mt940_gives_back_what_was_written(facts):
    (found,) = mt940_reader.read(mt940(facts))
    assert_read(found, facts, names=False)
    assert [each.text for each in found.bookings] == [" ".join(each.text.split()) for each in facts.entries]


LAYOUT = Layout(
    booked="Booked", value="Value", amount="Amount", reference="Ref", end_to_end="E2E", counterparty="Name", text="Text",
    balance="Balance", account="Account", currency="Currency",
)  # fmt: skip
LAYOUTS = [
    LAYOUT,
    replace(LAYOUT, signs=COLUMNS, amount="", credit="In", debit="Out", delimiter=";", decimal_mark=",", date_format="%d.%m.%Y"),
    replace(LAYOUT, signs=MARKED, mark="D/C", delimiter="\t", date_format="%m/%d/%Y", head_row=4),
    replace(LAYOUT, encoding="cp1252", date_format="%Y%m%d", delimiter="|"),
    replace(LAYOUT, encoding="utf-16"),
]


@SLOW
@given(statements(words, least=1), st.sampled_from(LAYOUTS), st.booleans())
def test_a_csv_gives_back_what_was_written(facts, layout, newest_first):
    entries = sorted(facts.entries, key=lambda each: each.after)
    facts = replace(facts, entries=entries, number="")
    (found,) = csv_files.read(table(facts, layout, newest_first=newest_first), layout, facts.currency)
    days = [facts.booked(each) for each in entries]
    assert (found.opened_on, found.closed_on, found.opening, found.closing) == (days[0], days[-1], facts.opening, facts.ending)
    assert sorted((each.booked_on, each.amount.minor, each.text) for each in found.bookings) == sorted(
        (facts.booked(each), each.amount.minor, each.text) for each in entries
    )


@pytest.mark.parametrize("version", ["02", "08"])
def test_what_the_tests_write_is_valid_against_the_schema(version):
    xmlschema = pytest.importorskip("xmlschema", reason="xmlschema is not installed")
    path = SCHEMAS / f"camt.053.001.{version}.xsd"
    if not path.exists():
        pytest.skip(f"{path.name} is not here: the schemas of ISO 20022 are looked for in ../shared/data/iso20022")
    xmlschema.XMLSchema(str(path)).validate(camt(FACTS, version=version).decode())


# What is refused


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_camt_cut_in_the_middle_is_refused(part):
    content = camt(FACTS)
    with pytest.raises(ValidationError) as error:
        reading.read(content[: int(len(content) * part)], None, "USD")
    assert "ends in the middle" in said(error)


def test_an_mt940_cut_in_the_middle_names_what_is_missing():
    with pytest.raises(ValidationError) as error:
        reading.read(mt940(FACTS).partition(b":62F:")[0], None, "USD")
    assert said(error) == "Statement 1, closing balance (:62F:): it is missing: the file may be cut in the middle."


def test_an_mt940_cut_within_an_entry_is_refused():
    with pytest.raises(ValidationError) as error:
        reading.read(mt940(FACTS).partition(b":61:")[0] + b":61:2603", None, "USD")
    assert said(error) == "Statement 1: “2603” can’t be read."


def test_a_csv_cut_in_the_middle_names_the_row():
    content = table(FACTS, LAYOUT)
    with pytest.raises(ValidationError) as error:
        reading.read(content[: content.rindex(b",Charges")], LAYOUT, "USD")
    assert said(error) == "Row 3 has 6 of 10 columns: the file may be cut in the middle."


def test_a_csv_cut_within_quotes_names_the_row():
    content = table(FACTS, LAYOUT)
    with pytest.raises(ValidationError) as error:
        reading.read(content[:-30], LAYOUT, "USD")
    assert said(error) == "Row 3 can’t be read as CSV: the file may be cut in the middle."


def test_the_wrong_encoding_is_said():
    latin = table(Facts([replace(ENTRY, text="Überweisung")], opening=usd(0)), replace(LAYOUT, encoding="cp1252"))
    with pytest.raises(ValidationError) as error:
        reading.read(latin, LAYOUT, "USD")
    assert said(error) == "The file is not in the encoding utf-8-sig."
    broken = camt(Facts([replace(ENTRY, text="Überweisung")], opening=usd(0))).decode().encode("cp1252")
    with pytest.raises(ValidationError) as error:
        reading.read(broken, None, "USD")
    assert "not in the encoding that it declares" in said(error)
    with pytest.raises(ValidationError) as error:
        mt940_reader.read(mt940(FACTS).decode().encode("utf-16"))
    assert "encoding" in said(error)


def test_western_european_is_read_where_a_bank_writes_mt940_in_it():
    facts = Facts([replace(ENTRY, text="Überweisung für März")], opening=usd(0))
    (found,) = mt940_reader.read(mt940(facts).decode().encode("cp1252"))
    assert found.bookings[0].text == "Überweisung für März"


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/hostname">]><Document>&a;&b;</Document>'


@pytest.mark.parametrize("content", [ENTITIES, ENTITIES.decode().encode("utf-16")])
def test_a_file_that_declares_entities_is_refused(content):
    with pytest.raises(ValidationError) as error:
        reading.read(content, None, "USD")
    assert "declares a document type" in said(error) or "encoding" in said(error)


@pytest.mark.parametrize("content", [b"", b"  \n", b"x" * (10 * 1024 * 1024 + 1)])
def test_nothing_and_too_much_are_refused(content):
    with pytest.raises(ValidationError):
        reading.read(content, LAYOUT, "USD")


def test_another_message_of_iso_20022_is_named():
    with pytest.raises(ValidationError) as error:
        reading.read(camt(FACTS).replace(b"camt.053.001.08", b"camt.052.001.08"), None, "USD")
    assert "camt.052.001.08" in said(error)


def test_a_csv_needs_its_layout_first():
    with pytest.raises(ValidationError) as error:
        reading.read(table(FACTS, LAYOUT), None, "USD")
    assert "say first how this bank writes its CSV" in said(error)


@pytest.mark.parametrize("currency, text, right", [("JPY", "100.5", "100"), ("KWD", "1.2345", "1.234"), ("USD", "1.005", "1.00")])
def test_an_amount_that_is_too_precise_names_entry_and_field(currency, text, right):
    facts = Facts([Fact(Money(right, currency))], opening=Money(0, currency))
    content = camt(facts).replace(f'Ccy="{currency}">{Money(right, currency).amount:f}<'.encode(), f'Ccy="{currency}">{text}<'.encode())
    with pytest.raises(ValidationError) as error:
        reading.read(content, None, currency)
    assert f"“{text}” has more decimal places than {currency} has." in said(error)
    assert "Statement 2026-12" in said(error)
    layout = Layout(booked="Booked", amount="Amount")
    with pytest.raises(ValidationError) as error:
        csv_files.read(f"Booked,Amount\n2026-03-03,{text}\n".encode(), layout, currency)
    assert said(error) == f"Row 2, Amount: “{text}” has more decimal places than {currency} has."


@pytest.mark.parametrize("text", ["", "abc", "1.000,00", "--5", "1e3", "NaN", "1,00,000", "9" * 30, "٣"])
def test_what_is_no_amount_is_refused(text):
    layout = Layout(booked="Booked", amount="Amount")
    with pytest.raises(ValidationError) as error:
        csv_files.read(f'Booked,Amount\n2026-03-03,"{text}"\n'.encode(), layout, "USD", usd(0), usd(0))
    assert said(error).startswith("Row 2, Amount: ")


def test_every_wrong_row_of_a_csv_is_named():
    layout = Layout(booked="Booked", amount="Amount")
    with pytest.raises(ValidationError) as error:
        csv_files.read(b"Booked,Amount\n03.03.2026,1\n2026-03-04,x\n2026-03-05,2\n", layout, "USD", usd(0), usd(3))
    assert error.value.messages == [
        "Row 2, Booked: “03.03.2026” is not a date as the layout has it.",
        "Row 3, Amount: “x” is not an amount.",
    ]


def test_a_missing_column_is_named():
    with pytest.raises(ValidationError) as error:
        csv_files.read(b"Date,Sum\n", Layout(booked="Booked", amount="Sum"), "USD")
    assert said(error) == "The file has no column Booked in row 1."


def test_a_csv_without_balances_needs_them_beside_it():
    layout = Layout(booked="Booked", amount="Amount")
    with pytest.raises(ValidationError):
        csv_files.read(b"Booked,Amount\n2026-03-03,5\n", layout, "USD")
    (found,) = csv_files.read(b"Booked,Amount\n2026-03-03,5\n", layout, "USD", usd(1), usd(6))
    check([found], Known(IBAN, "USD"), TODAY)


def test_a_running_balance_that_breaks_names_the_row():
    content = table(FACTS, LAYOUT).replace(b"1,150.05", b"1,150.06")
    with pytest.raises(ValidationError) as error:
        csv_files.read(content, LAYOUT, "USD")
    assert said(error) == "Row 3, Balance: USD 1,150.05 is expected after this entry, and USD 1,150.06 stands there."


# What can't be right


def refused(facts: Facts, known: Known | None = None, today: date = TODAY) -> str:
    with pytest.raises(ValidationError) as error:
        check(camt_reader.read(camt(facts)), known or Known(IBAN, "USD"), today)
    return said(error)


def test_a_statement_that_does_not_add_up_says_by_how_much():
    assert refused(replace(FACTS, closing=usd("1150.06"))) == (
        "Statement 2026-12, closing balance: the opening balance and the entries give USD 1,150.05, the statement says USD 1,150.06: "
        "a difference of USD 0.01."
    ).replace("USD ", "USD\u00a0")


def test_another_account_is_named():
    assert refused(FACTS, Known("AT483200000012345864", "USD")) == (
        f"Statement 2026-12, account: it is of the account {IBAN}, not of AT483200000012345864."
    )


def test_another_currency_is_named():
    assert "it is in USD, the account in EUR" in refused(FACTS, Known(IBAN, "EUR"))


def test_days_to_come_are_refused():
    text = refused(FACTS, today=date(2026, 3, 4))
    assert "closing balance: 12 March 2026 has not come yet." in text
    assert "entry 2, booking date: 5 March 2026 has not come yet." in text


def test_days_outside_of_the_statement_are_refused():
    facts = replace(FACTS, entries=[replace(ENTRY, after=11), replace(OUT, value_after=70)])
    text = refused(facts)
    assert "entry 1, booking date: 13 March 2026 is not within the days of the statement." in text
    assert "entry 2, value date: 14 May 2026 is too far from the booking date." in text


def test_a_year_that_can_not_be_meant_is_refused():
    assert "opening balance: 0026-03-02 is too long ago." in refused(replace(FACTS, first=date(26, 3, 2)))


def test_an_amount_that_no_account_holds_is_refused():
    with pytest.raises(ValidationError, match="is too large"):
        csv_files.read(b"Booked,Amount\n2026-03-03,999999999999999\n", Layout(booked="Booked", amount="Amount"), "CLF")


def before(closed_on: date, closing: str) -> Link:
    """The statement that is there already."""
    return Link(date(2026, 2, 20), usd(0), closed_on, usd(closing))


def test_overlapping_statements_are_refused():
    assert "their days overlap" in refused(FACTS, Known(IBAN, "USD", (before(date(2026, 3, 5), "1000.00"),)))


def test_a_gap_between_statements_is_refused():
    text = refused(FACTS, Known(IBAN, "USD", (before(date(2026, 3, 1), "900.00"),)))
    assert "it begins with USD\u00a01,000.00, but the statement before ends on 1 March 2026 with USD\u00a0900.00" in text


def test_one_statement_follows_another_in_one_file():
    second = Facts([Fact(usd("-150.05"))], opening=usd("1150.05"), number="2026-13", first=date(2026, 3, 13))
    found = reading.read(camt(second, FACTS), None, "USD")
    assert [each.number for each in found] == ["2026-12", "2026-13"]
    check(found, Known(IBAN, "USD"), TODAY)
    found = reading.read(mt940(FACTS, second), None, "USD")
    check(found, Known(IBAN, "USD"), TODAY)
    with pytest.raises(ValidationError, match="more than once"):
        check([found[0], replace(found[1], number="2026-12")], Known(IBAN, "USD"), TODAY)


@pytest.mark.parametrize(
    "found", ["AT61 1904 3002 3457 3201", "at611904300234573201", "BKAUATWW/AT611904300234573201", "AT611904300234573201USD"]
)
def test_an_account_is_known_however_it_is_written(found):
    assert same_account(found, IBAN, "USD")
    assert not same_account(found, "AT483200000012345864", "USD")


def test_reversals_go_the_way_they_say():
    content = mt940(FACTS).replace(b"C250,00", b"RD250,00").replace(b"D99,95", b"RC99,95")
    (found,) = mt940_reader.read(content)
    assert [each.amount for each in found.bookings] == [usd("250.00"), usd("-99.95")]


def test_what_is_not_booked_yet_is_no_entry():
    content = camt(FACTS, version="02").replace(b"<Sts>BOOK</Sts>", b"<Sts>PDNG</Sts>", 1)
    (found,) = camt_reader.read(content)
    assert [each.where for each in found.bookings] == ["Statement 2026-12, entry 2"]


# As real banks write

GERMAN = b""":20:STARTUMS
:25:70040041/0123456789
:28C:00123/001
:60F:C260301EUR1000,00
:61:2603020302CR250,00N051NONREF//BANKREF123
/OCMT/EUR250,00/
:86:166?00SEPA-GUTSCHRIFT?109075/628?20EREF+E2E-4711?21KREF+KUNDE1
?22SVWZ+Instalment 2 of ARD?23-2026?30COBADEFF?31DE89370400440532013000
?32Kingdom of Arendal
:61:260303DR99,95NCHGNONREF
:86:808?00ENTGELT?20Charges March
:62F:C260331EUR1150,05
:64:C260331EUR1150,05
-}
"""


def test_the_subfields_that_german_banks_write_into_mt940():
    (found,) = mt940_reader.read(b"{1:F01BANKDEFFXXXX0000000000}{4:\r\n" + GERMAN.replace(b"\n", b"\r\n"))
    first, second = found.bookings
    assert (found.number, found.closing) == ("2026-123/1", Money("1150.05", "EUR"))
    assert (first.bank_reference, first.end_to_end_id, first.counterparty) == ("BANKREF123", "E2E-4711", "Kingdom of Arendal")
    assert first.text.startswith("Instalment 2 of ARD-2026")
    assert (second.amount, second.text, second.end_to_end_id) == (Money("-99.95", "EUR"), "Charges March", "")
    check([found], Known("70040041/0123456789", "EUR"), TODAY)
    check([found], Known("0123456789", "EUR"), TODAY)


def test_a_batch_in_camt_is_one_entry_that_names_all_its_parts():
    part = "<TxDtls><Refs><EndToEndId>{}</EndToEndId></Refs><RltdPties><Cdtr><Nm>{}</Nm></Cdtr></RltdPties></TxDtls>"
    batch = f"<NtryDtls>{part.format('VTF-1', 'Haven')}{part.format('VTF-2', 'Harbour')}</NtryDtls>".encode()
    content = camt(Facts([Fact(usd("-30.00"), end_to_end="ALL")], opening=usd("30.00")), version="02")
    start, end = content.index(b"<NtryDtls>"), content.index(b"</NtryDtls>") + len(b"</NtryDtls>")
    (found,) = camt_reader.read(content[:start] + batch + content[end:])
    (booking,) = found.bookings
    assert (booking.amount, booking.end_to_end_id, booking.counterparty) == (usd("-30.00"), "VTF-1 VTF-2", "Haven, Harbour")


@pytest.mark.parametrize("name", ["balance", "amount", "side", "day"])
def test_what_is_missing_in_camt_is_named(name):
    taken = {
        "balance": (b"<Cd>CLBD</Cd>", b"<Cd>ITBD</Cd>", "closing balance (CLBD): it is missing."),
        "amount": (b'<Amt Ccy="USD">250.00</Amt>', b"", "entry 1, amount: it is missing"),
        "side": (b"<CdtDbtInd>CRDT</CdtDbtInd><Sts>", b"<Sts>", "entry 1, amount: it is missing"),
        "day": (b"<BookgDt><Dt>2026-03-03</Dt></BookgDt>", b"", "entry 1, booking date: “” is not a date."),
    }
    before, after, words = taken[name]
    with pytest.raises(ValidationError) as error:
        camt_reader.read(camt(FACTS, version="02").replace(before, after))
    assert words in said(error)


STARTS = [b"", b":20:A\n:25:B\n:28C:1\n:60F:C260301USD0,\n:61:", b"<?xml version='1.0'?><Document>", b"<"]


@SLOW
@given(st.sampled_from(STARTS), st.binary(max_size=400))
def test_whatever_is_sent_it_is_read_or_refused_in_words(start, content):
    with suppress(ValidationError):
        reading.read(start + content, LAYOUT, "USD")


@SLOW
@given(st.sampled_from([camt(FACTS), mt940(FACTS), GERMAN, table(FACTS, LAYOUT)]), st.data())
def test_a_file_with_a_changed_byte_is_read_or_refused_in_words(content, data):
    place = data.draw(st.integers(0, len(content) - 1))
    changed = content[:place] + data.draw(st.binary(max_size=2)) + content[place + 1 :]
    with suppress(ValidationError):
        check(reading.read(changed, LAYOUT, "USD"), Known(IBAN, "USD"), TODAY)
