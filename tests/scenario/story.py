"""The year 2026 of a trust fund, told in order, with what every event posts. What was worked by hand stands after each quarter.

USD throughout; euros and yen at the United Nations' rates of the story, units per USD:

             January   April     December 31
    EUR      0.85      0.80      0.78125
    JPY      150       150       150

In the tables a debit balance is above zero, a credit balance below it.
"""

from __future__ import annotations

from decimal import Decimal

from donors.pledges import actions as pledges
from tests.scenario.fund import YEAR, Fund, credit, day, debit
from trustfund import clock
from trustfund.ledger.closed import closing
from trustfund.money import Money, usd
from trustfund.vouchers.prepared.estimate import open_advances

EURO_RATES = ["0.85", "0.85", "0.85", *["0.80"] * 8, "0.80"]


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def jpy(amount: str) -> Money:
    return Money(amount, "JPY")


def tell(fund: Fund) -> None:
    """The whole year, and New Year's Day."""
    for month, rate in enumerate(EURO_RATES, 1):
        fund.rates(day(month, 1), EUR=rate, JPY="150")
    before(fund)
    first_quarter(fund)
    second_quarter(fund)
    third_quarter(fund)
    fourth_quarter(fund)
    year_end(fund)
    new_year(fund)


# Before


def before(fund: Fund) -> None:
    """The window for emergencies was a fund of its own; it is taken over as audited on 31 December 2025. And the year's budget.

    Monaco had given 5,650 at 13 %: 650 for programme support, 3,500 of the rest were granted, 1,500 are left. The grant accounted for
    3,100 of its 3,500, with 403 of programme support, which was paid over. In the bank 5,650 - 3,500 - 403 = 1,747; 400 are an open
    advance: Dr 1010 1,747, Dr 1200 400 / Cr 3010 2,147.
    """
    fund.takes_over(
        day(1, 8),
        Subaccounts=[
            ["OLD-D", "donor", "Monaco", "A State", "", "", "", ""],
            ["OLD-I", "instalment", "Gift of Monaco", "A gift", "OLD-D", "", "0.13", ""],
            ["OLD-G", "grant", "Night shelter", "A grant", "", "", "", ""],
        ],
        Balances=[
            ["emergency", "1010", "BANK-USD", "1747.00", "", "USD", ""],
            ["emergency", "1200", "OLD-G", "400.00", "", "", ""],
            ["emergency", "3010", "", "", "2147.00", "", ""],
        ],
        Instalments=[["emergency", "OLD-I", "4010", "5650.00", "650.00", "3500.00", "0"]],
        Grants=[["emergency", "OLD-G", "3500.00", "3100.00", "0", "403.00"]],
        Funding=[["OLD-G", "OLD-I", "3500.00", "0"]],
    )
    fund.budget(day(1, 8), grants="60000", programme_support="5000", staff="2500", travel="1500", contractual="2400", charges="150")


# January to March


def first_quarter(fund: Fund) -> None:
    """Promises, the first gift, the first grant."""
    _austria_and_japan(fund)
    # A gift by bank: Dr 1010 113,000 / Cr 4010 113,000. The correspondent's charge: Dr 5300 20 / Cr 1010 20.
    # At 13 % it sets aside 113,000 - 113,000 / 1.13 = 13,000 for programme support; 100,000 can be granted.
    fund.donor("Norway", "state", "NO", day(2, 1))
    fund.gives("Norway", day(2, 2), usd("113000"), psc="0.13", charges=usd("20"))
    # Nobody knows who sent this: Dr 1010 500 / Cr 2100 500.
    fund.receipt = fund.receives_from_nobody(day(2, 10), usd("500"))
    _hope_house(fund)
    _two_foundations(fund)
    # Chile announces 7,000, which binds nobody: Dr 9030 7,000 / Cr 9040 7,000.
    fund.donor("Chile", "state", "CL", day(3, 22))
    fund.announces("Chile", day(3, 22), (day(6, 1), usd("7000")))
    # The staff of the secretariat: Dr 5200 2,000 / Cr 2010 2,000.
    fund.voucher(day(3, 25), "Staff of the first quarter", debit("5200", usd("2000")), credit("2010", usd("2000")))
    _interest_and_charges(fund, day(3, 31), "300", "10")


def _austria_and_japan(fund: Fund) -> None:
    """Two agreements without a condition, announced in January.

    Austria: EUR 34,000 at 0.85 are 40,000: Dr 9030 / Cr 9040. Signed: reversed; the first half is due within twelve months,
    Dr 1100 20,000, the second on 1 March 2027, Dr 1110 20,000 / Cr 4010 40,000.
    Japan: JPY 1,500,000 at 150 are 10,000: the same, all of it within twelve months.
    """
    fund.donor("Austria", "state", "AT", day(1, 9))
    fund.announces("Austria", day(1, 10), (day(4, 1), eur("17000")), (day(3, 1, YEAR + 1), eur("17000")), psc="0.0625")
    fund.signs("Austria", day(1, 20))
    fund.donor("Japan", "state", "JP", day(1, 24))
    fund.announces("Japan", day(1, 25), (day(6, 30), jpy("1500000")), psc="0.1")
    fund.signs("Japan", day(2, 1))


def _hope_house(fund: Fund) -> None:
    """A grant of 40,000 for twelve months in tranches of 20,000, 16,000 and 4,000, all from Norway's gift: nothing else is there.

    Countersigned: Dr 9010 40,000 / Cr 9020 40,000. The first tranche: Dr 1200 20,000 / Cr 1010 20,000, and of the commitment
    Dr 9020 20,000 / Cr 9010 20,000.
    """
    fund.grants_to("Hope House", day(3, 1), usd("40000"), months=12)
    fund.pays_tranche("Hope House", day(3, 16), 1)


def _two_foundations(fund: Fund) -> None:
    """Two agreements on a condition: 10,000 of Alpha, 4,000 of Beta, both for children, so that other grants can't use them.

    Announced: Dr 9030 / Cr 9040. Signed: nothing. Cash before the condition is met: Dr 1010 / Cr 2200, the memo reversed.
    """
    for name, amount in (("Alpha", usd("10000")), ("Beta", usd("4000"))):
        fund.donor(name, "organisation", "CH", day(3, 17))
        fund.announces(name, day(3, 17), (day(3, 31), amount), condition="Others give as much.", earmark=fund.children)
        fund.signs(name, day(3, 18))
        fund.pays(name, day(3, 20), amount)


def _interest_and_charges(fund: Fund, on, interest: str, charge: str) -> None:
    """Dr 1010 / Cr 4100; Dr 5300 / Cr 1010."""
    fund.voucher(on, "Interest of the quarter", debit("1010", usd(interest), fund.dollars), credit("4100", usd(interest)))
    fund.voucher(on, "Charges of the quarter", debit("5300", usd(charge)), credit("1010", usd(charge), fund.dollars))


MARCH = {
    # 1,747 + 113,000 - 20 + 500 - 20,000 + 10,000 + 4,000 + 300 - 10
    "1010": "109,517.00",
    # Austria 20,000 + Japan 10,000
    "1100": "30,000.00",
    "1110": "20,000.00",
    # 400 + 20,000
    "1200": "20,400.00",
    "2010": "-2,000.00",
    "2100": "-500.00",
    "2200": "-14,000.00",
    "3010": "-2,147.00",
    # Austria 40,000 + Japan 10,000 + Norway 113,000
    "4010": "-163,000.00",
    "4100": "-300.00",
    "5200": "2,000.00",
    # 20 + 10
    "5300": "30.00",
    # 40,000 - 20,000
    "9010": "20,000.00",
    "9020": "-20,000.00",
    # Chile alone: Austria and Japan signed, Alpha and Beta paid
    "9030": "7,000.00",
    "9040": "-7,000.00",
}


# April to June


def second_quarter(fund: Fund) -> None:
    """The first months are closed. Cash on receivables, the second grant, a payment that comes back."""
    for month in (1, 2, 3):
        fund.closes_month(day(4, 1), month)
    # EUR 17,000 at 0.80 are 21,250, carried at 20,000: Dr 1020 21,250 / Cr 1100 20,000 / Cr 4200 1,250.
    # The correspondent kept EUR 10: Dr 5300 12.50 / Cr 1020 12.50.
    fund.pays("Austria", day(4, 1), eur("17000"), bank=fund.euros, charges=eur("10"))
    fund.voucher(day(4, 5), "Staff paid", debit("2010", usd("2000")), credit("1010", usd("2000"), fund.dollars))
    _safe_harbour(fund)
    _little_light(fund)
    # 2,000 are moved to the window for emergencies, which has them when they are settled: Dr 3900 / Cr 2900 in the general window,
    # Dr 1900 / Cr 3900 in the other. They are money of those who have given by now for any purpose.
    fund.prepared(day(5, 4), "window_transfer", giver=fund.general, taker=fund.emergency, amount=usd("2000"))
    # The receipt of February was a gift of Maria Moreno: Dr 2100 500 / Cr 4030 500.
    fund.donor("Maria Moreno", "person", "ES", day(5, 4))
    fund.identifies(fund.receipt, "Maria Moreno", day(5, 5))
    # Alpha's condition is met: Dr 2200 10,000 / Cr 4020 10,000.
    fund.on_pledge(pledges.meet_condition, "Alpha", day(5, 15))
    # Austria will pay EUR 1,700 less in 2027, a tenth of what stands at 20,000: Dr 4090 2,000 / Cr 1110 2,000.
    fund.reduces("Austria", day(5, 20), eur("1700"), number=2)
    # Nothing came of Chile's 7,000: Dr 9040 / Cr 9030.
    fund.on_pledge(pledges.lapse, "Chile", day(5, 31))
    # Japan pays its JPY 1,500,000 in dollars, 11,000 of them: Dr 1010 11,000 / Cr 1100 10,000 / Cr 4200 1,000.
    fund.pays("Japan", day(6, 15), usd("11000"), settles=jpy("1500000"))
    fund.voucher(day(6, 20), "The Board's session", debit("5210", usd("1500")), credit("2010", usd("1500")))
    # EUR 6,990 become USD 8,700: Dr 1010 8,700, Dr 5400 37.50 / Cr 1020 8,737.50 (at 0.80, as booked). EUR 10,000 are left.
    fund.prepared(day(6, 29), "conversion", old=fund.euros, out=eur("6990"), new=fund.dollars, came=usd("8700"))
    _interest_and_charges(fund, day(6, 30), "400", "15")


def _safe_harbour(fund: Fund) -> None:
    """A grant of 24,000 for six months: tranches of 12,000, 9,600 and 2,400.

    Norway has 100,000 - 40,000 = 60,000 left, Austria 21,250 / 1.0625 = 20,000, so they give 18,000 and 6,000.
    The first tranche comes back: Dr 1010 11,950, Dr 5300 50 / Cr 1200 12,000, the commitment Dr 9010 / Cr 9020 12,000; and is paid again.
    """
    fund.grants_to("Safe Harbour", day(4, 10), usd("24000"), months=6)
    payment = fund.pays_tranche("Safe Harbour", day(4, 20), 1)
    fund.bank_returns(payment, day(4, 24), charges=usd("50"))
    fund.pays_tranche("Safe Harbour", day(4, 30), 1)


def _little_light(fund: Fund) -> None:
    """A grant of 5,000 in tranches of 2,500, 2,000 and 500: Norway has 42,000 left and Austria 14,000, they give 3,750 and 1,250."""
    fund.grants_to("Little Light", day(4, 21), usd("5000"), months=12)
    fund.pays_tranche("Little Light", day(4, 22), 1)


JUNE = {
    # 109,517 - 2,000 - 12,000 + 11,950 - 12,000 - 2,500 + 11,000 + 8,700 + 400 - 15
    "1010": "113,052.00",
    # 21,250 - 12.50 - 8,737.50: EUR 10,000 at 0.80
    "1020": "12,500.00",
    "1110": "18,000.00",
    # 20,400 + 12,000 + 2,500
    "1200": "34,900.00",
    "1900": "2,000.00",
    "2010": "-1,500.00",
    # Beta
    "2200": "-4,000.00",
    "2900": "-2,000.00",
    "3010": "-2,147.00",
    "4010": "-163,000.00",
    "4020": "-10,000.00",
    "4030": "-500.00",
    "4090": "2,000.00",
    "4100": "-700.00",
    # 1,250 + 1,000
    "4200": "-2,250.00",
    "5200": "2,000.00",
    "5210": "1,500.00",
    # 30 + 12.50 + 50 + 15
    "5300": "107.50",
    "5400": "37.50",
    # 20,000 + 24,000 - 12,000 + 12,000 - 12,000 + 5,000 - 2,500
    "9010": "34,500.00",
    "9020": "-34,500.00",
}


# July to September


def third_quarter(fund: Fund) -> None:
    """A condition that fails, the first report, a voucher taken back. The budget is revised: the audit is dearer, 2,000 were moved."""
    fund.budget(day(7, 2), reason="The audit is dearer than planned; emergencies have 2,000 of the general window.", grants="58000",
                programme_support="5000", staff="2500", travel="1500", contractual="3200", charges="150", transfers="2000")  # fmt: skip
    # Settled: Dr 2900 / Cr 1010 in the general window, Dr 1010 / Cr 1900 in the other.
    windows = {"giver": fund.general, "taker": fund.emergency, "old": fund.dollars, "new": fund.dollars}
    fund.prepared(day(7, 3), "windows_settled", amount=usd("2000"), **windows)
    _beta_fails(fund)
    fund.voucher(day(8, 10), "The Board's session paid", debit("2010", usd("1500")), credit("1010", usd("1500"), fund.dollars))
    _in_kind(fund)
    # A charge entered that was entered already: Dr 5300 99 / Cr 1010 99, and the reverse.
    wrong = fund.voucher(day(9, 2), "Charges", debit("5300", usd("99")), credit("1010", usd("99"), fund.dollars))
    fund.reverses(wrong, day(9, 3), "Entered twice.")
    # Hope House reports 24,000; a third of it has no receipt and stays an advance: Dr 5010 16,000 / Cr 1200 16,000.
    # Programme support at the 13 % of its agreement: Dr 5100 2,080 / Cr 2400 2,080.
    fund.reports("Hope House", day(9, 20), usd("24000"), disallowed=2)
    # Little Light has spent 3,000, more than the 2,500 it got: Dr 5010 3,000 / Cr 1200 2,500 / Cr 2020 500; what is owed now is no
    # commitment any more: Dr 9020 500 / Cr 9010 500. Dr 5100 390 / Cr 2400 390.
    fund.reports("Little Light", day(9, 26), usd("3000"))
    # 16,000 of 20,000 are accounted for, the 80 % that are asked for: Dr 1200 16,000 / Cr 1010 16,000, Dr 9020 / Cr 9010.
    fund.pays_tranche("Hope House", day(9, 28), 2)
    fund.voucher(day(9, 29), "The audit", debit("5220", usd("3000")), credit("2010", usd("3000")))
    # Programme support is paid over: Dr 2400 1,000 / Cr 1010 1,000.
    fund.prepared(day(9, 30), "support_settled", bank=fund.dollars, support=usd("1000"))
    _interest_and_charges(fund, day(9, 30), "350", "12")


def _beta_fails(fund: Fund) -> None:
    """Nobody gave as much: Dr 2200 4,000 / Cr 2300 4,000, and the money goes back: Dr 2300 4,000 / Cr 1010 4,000."""
    beta = fund.instalment("Beta").subaccount
    fund.prepared(day(8, 1), "goes_back", of=beta, amount=usd("4000"))
    fund.prepared(day(8, 5), "donor_refund", of=beta, bank=fund.dollars)


def _in_kind(fund: Fund) -> None:
    """Alpha's lawyers worked for nothing, which is worth 600: Dr 5220 600 / Cr 4040 600."""
    alpha = fund.instalment("Alpha").subaccount
    fund.voucher(day(8, 30), "Legal advice, given", debit("5220", usd("600")), credit("4040", usd("600"), alpha))


SEPTEMBER = {
    # 113,052 - 4,000 - 1,500 - 99 + 99 - 16,000 - 1,000 + 350 - 12
    "1010": "90,890.00",
    "1020": "12,500.00",
    "1110": "18,000.00",
    # 34,900 - 16,000 - 2,500 + 16,000
    "1200": "32,400.00",
    # -1,500 + 1,500 - 3,000
    "2010": "-3,000.00",
    # Little Light
    "2020": "-500.00",
    # 2,080 + 390 - 1,000
    "2400": "-1,470.00",
    "3010": "-2,147.00",
    "4010": "-163,000.00",
    "4020": "-10,000.00",
    "4030": "-500.00",
    "4040": "-600.00",
    "4090": "2,000.00",
    "4100": "-1,050.00",
    "4200": "-2,250.00",
    # 16,000 + 3,000
    "5010": "19,000.00",
    # 2,080 + 390
    "5100": "2,470.00",
    "5200": "2,000.00",
    "5210": "1,500.00",
    # 600 + 3,000
    "5220": "3,600.00",
    # 107.50 + 99 - 99 + 12
    "5300": "119.50",
    "5400": "37.50",
    # Hope House 4,000, Safe Harbour 12,000, Little Light 5,000 - 2,500 - 500
    "9010": "18,000.00",
    "9020": "-18,000.00",
}


# October to December


def fourth_quarter(fund: Fund) -> None:
    """The second grant ends, a gift goes back."""
    # Little Light's second tranche settles what is owed first: Dr 2020 500, Dr 1200 1,500 / Cr 1010 2,000; Dr 9020 1,500 / Cr 9010 1,500.
    fund.pays_tranche("Little Light", day(10, 6), 2)
    # Safe Harbour's final report: Dr 5010 9,000 / Cr 1200 9,000; Dr 5100 1,170 / Cr 2400 1,170. It ends its reporting:
    # Dr 1210 3,000 / Cr 1200 3,000 for what is unspent, Dr 9020 12,000 / Cr 9010 12,000 for what is not paid any more.
    fund.reports("Safe Harbour", day(10, 20), usd("9000"))
    # Dr 1010 3,000 / Cr 1210 3,000; Norway has 2,250 of it back, Austria 750. Two people close the grant.
    fund.refunded_by("Safe Harbour", day(10, 30), usd("3000"))
    fund.closes("Safe Harbour", day(11, 2))
    fund.voucher(day(11, 4), "The audit paid", debit("2010", usd("3000")), credit("1010", usd("3000"), fund.dollars))
    # Maria Moreno asks for her 500 back: Dr 4090 500 / Cr 2300 500; paid: Dr 2300 500 / Cr 1010 500.
    gift = fund.receipt.subaccount
    fund.prepared(day(11, 5), "goes_back", of=gift, amount=usd("500"))
    fund.prepared(day(11, 6), "donor_refund", of=gift, bank=fund.dollars)
    fund.prepared(day(12, 15), "support_settled", bank=fund.dollars, support=usd("1080"))
    _interest_and_charges(fund, day(12, 30), "250", "8")


def year_end(fund: Fund) -> None:
    """What the closing of the year needs, then the closing entry."""
    fund.rates(day(12, 31), EUR="0.78125", JPY="150")
    # Austria's second instalment has come within twelve months: Dr 1100 18,000 / Cr 1110 18,000.
    with clock.frozen(day(12, 31)):
        pledges.bring_current(by=fund.finance, on=day(12, 31))
    # At 0.78125 EUR 10,000 at the bank are 12,800: Dr 1020 300 / Cr 4200 300. Austria still owes EUR 15,300: 19,584, carried at
    # 18,000: Dr 1100 1,584 / Cr 4200 1,584. Advances stay as they are.
    fund.prepared(day(12, 31), "revaluation")
    # Austria may pay 1,000 less in 2027: Dr 5500 1,000 / Cr 1190 1,000.
    fund.prepared(day(12, 31), "impair_contribution", of=fund.instalment("Austria", 2).subaccount, amount=usd("1000"))
    # 600 of it will never come: Dr 1190 600 / Cr 1100 600, which is no further expense.
    fund.prepared(day(12, 31), "write_off_contribution", of=fund.instalment("Austria", 2).subaccount, amount=usd("600"))
    _estimated(fund)
    # The operating reserve, 15 % of a plan of 100,000: Dr 3010 15,000 / Cr 3100 15,000.
    fund.prepared(day(12, 31), "operating_reserve", plan=usd("100000"), percent=Decimal(15))
    # Revenue and expense to 3010, one line per account and subaccount: Cr 3010 125,829.
    with clock.frozen(day(12, 31)):
        closing.close_year(YEAR, by=fund.finance)


def _estimated(fund: Fund) -> None:
    """Hope House has spent 10,000 that it has not reported yet: Dr 5010 10,000 / Cr 1280 10,000; Dr 5100 1,300 / Cr 2400 1,300.

    Of the other open advances finance knows that nothing is spent.
    """
    hope = fund.grants["Hope House"].books
    looked_at = {
        each.grant.code: {"grant": each.grant, "policy": each.amount, "psc_rate": each.psc_rate, "since": each.since, "amount": usd("0")}
        for each in open_advances(day(12, 31))
    }
    looked_at[hope.code] |= {"amount": usd("10000"), "policy": usd("10000")}
    fund.estimate = fund.prepared(day(12, 31), "year_end_estimate", amounts=looked_at)


DECEMBER = {
    # 90,890 - 2,000 + 3,000 - 3,000 - 500 - 1,080 + 250 - 8
    "1010": "87,552.00",
    # EUR 10,000 at 0.78125
    "1020": "12,800.00",
    # EUR 15,300 at 0.78125 are 19,584, less 600
    "1100": "18,984.00",
    # 1,000 - 600
    "1190": "-400.00",
    # 32,400 + 1,500 - 9,000 - 3,000
    "1200": "21,900.00",
    "1280": "-10,000.00",
    # 1,470 + 1,170 - 1,080 + 1,300
    "2400": "-2,860.00",
    # before the closing entry: 2,147 - 15,000
    "3010": "12,853.00",
    "3100": "-15,000.00",
    "4010": "-163,000.00",
    "4020": "-10,000.00",
    "4030": "-500.00",
    "4040": "-600.00",
    # 2,000 + 500
    "4090": "2,500.00",
    "4100": "-1,300.00",
    # 2,250 + 300 + 1,584
    "4200": "-4,134.00",
    # 19,000 + 9,000 + 10,000
    "5010": "38,000.00",
    # 2,470 + 1,170 + 1,300
    "5100": "4,940.00",
    "5200": "2,000.00",
    "5210": "1,500.00",
    "5220": "3,600.00",
    # 119.50 + 8
    "5300": "127.50",
    "5400": "37.50",
    "5500": "1,000.00",
    # the third tranches of Hope House and Little Light
    "9010": "4,500.00",
    "9020": "-4,500.00",
}


def new_year(fund: Fund) -> None:
    """The estimate is taken back on 1 January, as was proposed with it: what Hope House reports next takes its place."""
    fund.approves(fund.estimate.reversals.get(), day(1, 1, YEAR + 1))
