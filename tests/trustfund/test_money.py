"""Money is exact, of one currency, and splits without losing a cent."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustfund.money import CURRENCIES, CurrencyMismatch, Money, TooPrecise, UnknownCurrency, minor_units, total, usd, zero

ISO_4217 = Path(__file__).resolve().parents[3] / "shared/data/fx/codes-all.csv"
cents = st.integers(-(10**13), 10**13)


def test_money_is_quantised_to_the_minor_unit_of_its_currency():
    assert str(Money("1234.5", "USD")) == "USD 1,234.50"
    assert str(Money(1000, "JPY")) == "JPY 1,000"
    assert str(Money("0.125", "KWD")) == "KWD 0.125"


def test_more_digits_than_the_currency_has_are_refused():
    with pytest.raises(TooPrecise):
        Money("0.001", "USD")
    with pytest.raises(TooPrecise):
        Money("0.5", "JPY")


def test_a_float_is_refused():
    with pytest.raises(TypeError):
        Money(0.1, "USD")


@pytest.mark.parametrize("text", ["", "abc", "1,000", "NaN", "Infinity"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):
        Money(text, "USD")


@pytest.mark.parametrize("code", ["", "usd", "XXX", "DEM", "BTC"])
def test_what_is_no_active_currency_is_refused(code):
    with pytest.raises(UnknownCurrency):
        Money(1, code)


def test_two_currencies_never_mix():
    for act in (lambda: usd(1) + Money(1, "EUR"), lambda: usd(1) - Money(1, "EUR"), lambda: usd(1) < Money(1, "EUR")):
        with pytest.raises(CurrencyMismatch):
            act()


def test_one_dollar_is_not_one_euro_and_not_the_number_one():
    assert usd(1) != Money(1, "EUR")
    assert usd(1) != 1


def test_there_is_no_negative_zero():
    assert str(usd("-0.00")) == "USD 0.00"
    assert not usd("-0.00")


def test_rounding_is_half_to_even():
    assert Money.rounded(Decimal("0.125"), "USD") == usd("0.12")
    assert Money.rounded(Decimal("0.135"), "USD") == usd("0.14")
    assert usd(100).times(Decimal("0.13")) == usd("13.00")


@given(cents)
def test_minor_units_go_there_and_back(minor):
    assert Money.from_minor(minor, "USD").minor == minor


@given(st.lists(cents, max_size=20))
def test_a_sum_is_exact(amounts):
    assert total(Money.from_minor(amount, "USD") for amount in amounts).minor == sum(amounts)


@given(cents, st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any))
def test_the_parts_of_a_split_add_up_and_none_is_off_by_a_cent_or_more(minor, weights):
    parts = Money.from_minor(minor, "USD").split(weights)
    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Decimal(minor) * weight / sum(weights)) < 1
        assert weight or not part


def test_a_split_without_weight_is_refused():
    with pytest.raises(ValueError):
        usd(1).split([0, 0])
    with pytest.raises(ValueError):
        usd(1).split([2, -1])


def test_nothing_is_false_and_something_is_true():
    assert not zero("EUR")
    assert usd("0.01")


@pytest.mark.skipif(not ISO_4217.exists(), reason="the shared reference data (ISO 4217) is not on this machine")
def test_the_table_of_minor_units_agrees_with_iso_4217():
    with ISO_4217.open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if not row["WithdrawalDate"] and row["MinorUnit"].isdigit()]
    iso = {row["AlphabeticCode"]: int(row["MinorUnit"]) for row in rows}
    assert {code: minor_units(code) for code in iso if code in CURRENCIES} == {c: d for c, d in iso.items() if c in CURRENCIES}
    fund_codes = {"BOV", "CHE", "CHW", "COU", "MXV", "USN"}  # units of account that no bank pays in
    assert set(iso) - CURRENCIES == fund_codes
    assert CURRENCIES - set(iso) == set()
