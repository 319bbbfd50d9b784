"""Payment orders as pain.001.001.09: valid against the schema, exact in every currency, and refused in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trustfund.banking.payment_files import letters, pain001
from trustfund.banking.payment_files.orders import Agent, Order, Party, Transfer, is_iban, problems_of
from trustfund.money import Money, minor_units, usd

SCHEMA = Path(__file__).resolve().parents[3] / "shared/data/iso20022/pain.001.001.09.xsd"
SPACE = {"p": pain001.NAMESPACE}
OUR_IBAN = "AT611904300234573201"
KENYA = Transfer(
    reference="VTF-7-1-1",
    amount=usd("12000.00"),
    payee=Party("Harbour of Hope", "KE", "Mombasa", ("12 Sea Road, P.O. Box 7",)),
    account="0112345678901",
    bank=Agent("EQBLKENA"),
    remittance="VTF-7-1-1 Trust Fund",
)
ORDER = Order(
    message_id="PB-2026-00001",
    made_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    payer=Party("Trust Fund"),
    account=OUR_IBAN,
    bank=Agent("BKAUATWW"),
    execution_on=date(2026, 3, 4),
    transfers=(KENYA,),
)


@pytest.fixture(scope="module")
def schema():
    xmlschema = pytest.importorskip("xmlschema", reason="xmlschema is not installed")
    if not SCHEMA.exists():
        pytest.skip(f"{SCHEMA.name} is not here: the schemas of ISO 20022 are looked for in ../shared/data/iso20022")
    return xmlschema.XMLSchema(str(SCHEMA))


def of(*amounts: str, currency: str = "USD", **changes) -> Order:
    """An order of so many transfers."""
    each = [replace(KENYA, reference=f"P-{n}", amount=Money(amount, currency)) for n, amount in enumerate(amounts, 1)]
    return replace(ORDER, transfers=tuple(each), **changes)


def found(order: Order, path: str) -> list[str]:
    root = ElementTree.fromstring(pain001.write(order))
    return [each.text for each in root.findall(".//" + "/".join(f"p:{name}" for name in path.split("/")), SPACE)]


def refused(order: Order) -> str:
    with pytest.raises(ValidationError) as error:
        pain001.write(order)
    return " ".join(error.value.messages)


def with_transfer(**changes) -> Order:
    return replace(ORDER, transfers=(replace(KENYA, **changes),))


# What is written


def test_the_whole_file_as_a_bank_reads_it():
    assert pain001.write(ORDER).decode() == EXPECTED


def test_it_is_valid_against_the_schema(schema):
    both = Agent("EQBLKENA", "USABA", "021000021", "Equity", "KE")
    intermediary = replace(KENYA, reference="B", intermediary=Agent("CITIUS33XXX"), bank=both)
    structured = replace(KENYA, reference="C", creditor_reference="RF18539007547034", account="KW81CBKU0000000000001234560101")
    code_only = replace(KENYA, reference="D", bank=Agent(clearing_system="INFSC", clearing_code="HDFC0000001"))
    order = replace(ORDER, transfers=(KENYA, intermediary, structured, code_only), bank=Agent(), charges="DEBT")
    schema.validate(pain001.write(order).decode())


@pytest.mark.parametrize(
    "currency, amounts, written, total",
    [
        ("JPY", ["1500", "2"], ["1500", "2"], "1502"),
        ("KWD", ["1.234", "0.001"], ["1.234", "0.001"], "1.235"),
        ("USD", ["1000000.10", "0.01"], ["1000000.10", "0.01"], "1000000.11"),
        ("EUR", ["7"], ["7.00"], "7.00"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(schema, currency, amounts, written, total):
    order = of(*amounts, currency=currency)
    assert found(order, "InstdAmt") == written
    assert found(order, "CtrlSum") == [total, total]
    assert found(order, "NbOfTxs") == [str(len(amounts))] * 2
    assert found(order, "DbtrAcct/Ccy") == [currency]
    schema.validate(pain001.write(order).decode())


def test_an_iban_and_another_number_are_told_apart():
    order = replace(ORDER, transfers=(KENYA, replace(KENYA, reference="B", account="GB82WEST12345698765432")))
    assert found(order, "CdtrAcct/Id/IBAN") == ["GB82WEST12345698765432"]
    assert found(order, "CdtrAcct/Id/Othr/Id") == ["0112345678901"]


def test_a_creditors_reference_stands_in_place_of_the_text():
    order = with_transfer(creditor_reference="RF18539007547034")
    assert found(order, "Strd/CdtrRefInf/Ref") == ["RF18539007547034"]
    assert found(order, "Ustrd") == []


def test_a_bank_without_a_bic_is_said_to_have_none():
    assert found(replace(ORDER, bank=Agent()), "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]


def test_the_same_order_is_the_same_bytes():
    assert pain001.write(of("1.00", "2.00")) == pain001.write(of("1.00", "2.00"))


names = st.text(st.characters(codec="utf-8"), max_size=200)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(1, 10**11), names, names), min_size=1, max_size=5), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_whatever_names_there_are_the_file_is_valid_or_refused_in_words(schema, payees, currency):
    transfers = tuple(
        replace(
            KENYA, reference=f"P-{n}", amount=Money.from_minor(minor, currency),
            remittance=letters.in_bank_letters(text)[:100].rstrip(" /-:"),
            payee=Party(letters.in_bank_letters(name), "KE", "", tuple(letters.lines(text, 70))),
        )
        for n, (minor, name, text) in enumerate(payees)
    )  # fmt: skip
    order = replace(ORDER, transfers=transfers)
    if problems_of(order):
        assert refused(order)
    else:
        schema.validate(pain001.write(order).decode())
        assert found(order, "CtrlSum")[0] == f"{sum(each.amount.amount for each in transfers):.{minor_units(currency)}f}"


# Names


@pytest.mark.parametrize(
    "name, written",
    [
        ("Société de l’Espoir & Fils", "Societe de l'Espoir + Fils"),
        ("Фонд «Надежда»", "Fond Nadezhda"),
        ("希望之家", "XiWangZhiJia"),
        ("منظمة الأمل", "mndhmh l'ml"),
        ("ស្ថាប័នសង្ឃឹម", "sthabansngkhoem"),
        ("Straße Ørsted Łódź", "Strasse Orsted Lodz"),
        ("a@b_c//d;e", "a(at)b-c/d,e"),
        ("  -/: Hope \n of\tall -", "Hope of all"),
        ("Cafe\u0301", "Cafe"),
        ("😀", ""),
        ("", ""),
    ],
)
def test_names_in_the_letters_of_banks(name, written):
    assert letters.in_bank_letters(name) == written


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=120))
def test_whatever_is_written_a_bank_can_read_it_and_writes_it_again_the_same(text):
    once = letters.in_bank_letters(text)
    assert once == "" or letters.can_be_written(once)
    assert letters.in_bank_letters(once) == once


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
def test_an_address_keeps_its_letters_and_its_width(text):
    assert all(0 < len(line) <= 35 and letters.can_be_written(line) for line in letters.lines(text, 35))


def test_an_address_is_broken_between_words():
    assert letters.lines("12 Sea Road\nP.O. Box 7\nMombasa", 20) == ["12 Sea Road, P.O.", "Box 7, Mombasa"]


# What is refused


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"payee": Party("")}, "P: Nothing of the name of the payee can be written in the letters of banks"),
        ({"payee": Party("x" * 141)}, "P: The name of the payee has 141 letters; the bank takes 140"),
        ({"payee": Party("Hôpe")}, "P: The name of the payee has what banks can’t write: ô"),
        ({"payee": Party("Hope", "", "", ("Road",))}, "P: An address needs its country."),
        ({"payee": Party("Hope", "KE", "", ("a", "b", "c"))}, "P: The address is longer than two lines"),
        ({"payee": Party("Hope", "KE", "x" * 36)}, "P: The town has more than 35 letters"),
        ({"amount": usd(0)}, "P: The amount is not above zero."),
        ({"amount": usd(-1)}, "P: The amount is not above zero."),
        ({"account": ""}, "P: The account number is neither an IBAN"),
        ({"account": "AT611904300234573202"}, "P: The account number is neither an IBAN"),
        ({"account": "1" * 35}, "P: The account number is neither an IBAN"),
        ({"bank": Agent()}, "P: The bank of the payee has neither a BIC nor a clearing code."),
        ({"bank": Agent("EQBL")}, "P: The BIC of a bank is not one."),
        ({"bank": Agent("EQBLKENA", "USABA")}, "P: A clearing code goes with its clearing system."),
        ({"intermediary": Agent()}, "P: The intermediary bank is named by its BIC."),
        ({"creditor_reference": "RF19539007547034"}, "P: The creditor’s reference is not one of ISO 11649."),
        ({"remittance": "x" * 141}, "P: The remittance text has at most 140 letters"),
    ],
)
def test_what_is_wrong_names_the_payment(changes, said):
    assert said in refused(with_transfer(**{"reference": "P", **changes}))


def test_what_is_wrong_with_the_whole():
    assert refused(replace(ORDER, transfers=())) == "There is no payment in it."
    assert "P-1: The reference is in the batch more than once." in refused(replace(of("1"), transfers=of("1").transfers * 2))
    assert "at most 35 letters" in refused(replace(ORDER, message_id="x" * 36))
    assert "Say who bears the charges." in refused(replace(ORDER, charges="NONE"))
    assert "Our account number is neither" in refused(replace(ORDER, account=""))
    assert "A batch has at most 500 payments." in refused(of(*["1"] * 501))


def test_two_currencies_are_refused():
    mixed = replace(ORDER, transfers=(KENYA, replace(KENYA, reference="B", amount=Money(1, "EUR"))))
    assert "All payments of a batch are in one currency." in refused(mixed)


def test_euro_names_are_shorter():
    assert "the bank takes 70" in refused(with_transfer(amount=Money("1.00", "EUR"), payee=Party("x" * 71)))


def test_an_iban_is_one_by_its_digits():
    assert is_iban(OUR_IBAN)
    assert not is_iban("AT611904300234573202")
    assert not is_iban("0112345678901")


EXPECTED = """<?xml version='1.0' encoding='UTF-8'?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
  <CstmrCdtTrfInitn>
    <GrpHdr>
      <MsgId>PB-2026-00001</MsgId>
      <CreDtTm>2026-03-02T09:30:00Z</CreDtTm>
      <NbOfTxs>1</NbOfTxs>
      <CtrlSum>12000.00</CtrlSum>
      <InitgPty>
        <Nm>Trust Fund</Nm>
      </InitgPty>
    </GrpHdr>
    <PmtInf>
      <PmtInfId>PB-2026-00001</PmtInfId>
      <PmtMtd>TRF</PmtMtd>
      <BtchBookg>true</BtchBookg>
      <NbOfTxs>1</NbOfTxs>
      <CtrlSum>12000.00</CtrlSum>
      <ReqdExctnDt>
        <Dt>2026-03-04</Dt>
      </ReqdExctnDt>
      <Dbtr>
        <Nm>Trust Fund</Nm>
      </Dbtr>
      <DbtrAcct>
        <Id>
          <IBAN>AT611904300234573201</IBAN>
        </Id>
        <Ccy>USD</Ccy>
      </DbtrAcct>
      <DbtrAgt>
        <FinInstnId>
          <BICFI>BKAUATWW</BICFI>
        </FinInstnId>
      </DbtrAgt>
      <ChrgBr>SHAR</ChrgBr>
      <CdtTrfTxInf>
        <PmtId>
          <InstrId>VTF-7-1-1</InstrId>
          <EndToEndId>VTF-7-1-1</EndToEndId>
        </PmtId>
        <Amt>
          <InstdAmt Ccy="USD">12000.00</InstdAmt>
        </Amt>
        <CdtrAgt>
          <FinInstnId>
            <BICFI>EQBLKENA</BICFI>
          </FinInstnId>
        </CdtrAgt>
        <Cdtr>
          <Nm>Harbour of Hope</Nm>
          <PstlAdr>
            <TwnNm>Mombasa</TwnNm>
            <Ctry>KE</Ctry>
            <AdrLine>12 Sea Road, P.O. Box 7</AdrLine>
          </PstlAdr>
        </Cdtr>
        <CdtrAcct>
          <Id>
            <Othr>
              <Id>0112345678901</Id>
            </Othr>
          </Id>
        </CdtrAcct>
        <RmtInf>
          <Ustrd>VTF-7-1-1 Trust Fund</Ustrd>
        </RmtInf>
      </CdtTrfTxInf>
    </PmtInf>
  </CstmrCdtTrfInitn>
</Document>
"""
