"""Figures as each of the six languages writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from trustfund.money import Money, usd
from trustfund.ui import formatting
from trustfund.ui.templatetags import ui

NB = "\u00a0"


def plain(text):
    """Which no-break space a language takes differs between versions of CLDR; that it does not break, does not."""
    assert " " not in text
    return text.replace("\u202f", NB)


WRITTEN = {
    "en": f"USD{NB}1,234,567.50",
    "zh-hans": f"USD{NB}1,234,567.50",
    "fr": f"1{NB}234{NB}567,50{NB}USD",
    "ru": f"1{NB}234{NB}567,50{NB}USD",
    "es": f"1.234.567,50{NB}USD",
    "ar": f"1,234,567.50{NB}USD",
}


@pytest.mark.parametrize(("language", "text"), WRITTEN.items())
def test_money_is_written_as_the_language_writes_it(language, text):
    assert plain(formatting.money_text(usd("1234567.50"), language=language)) == text


@pytest.mark.parametrize("language", WRITTEN)
def test_negative_money_is_in_brackets_and_has_no_minus(language):
    text = formatting.money_text(usd("-12.30"), plain=True, language=language)
    assert text.startswith("(")
    assert text.endswith(")")
    assert not set("-−\u200e\u200f") & set(text)


@pytest.mark.parametrize("language", WRITTEN)
def test_zero_is_an_en_dash(language):
    assert formatting.money_text(usd("0"), plain=True, language=language) == "–"


@pytest.mark.parametrize(
    "amount,currency,text",
    [("1500", "JPY", "1,500"), ("1.234", "KWD", "1.234"), ("5", "USD", "5.00"), ("7", "HUF", "7.00"), ("7", "CLP", "7")],
)
def test_digits_are_those_of_iso_4217_whatever_babel_thinks(amount, currency, text):
    assert formatting.money_text(Money(amount, currency), plain=True, language="en") == text


def test_the_language_in_force_is_the_default():
    with translation.override("fr"):
        assert formatting.money_text(usd("2.50")) == f"2,50{NB}USD"
    with translation.override("en"):
        assert formatting.money_text(usd("2.50")) == f"USD{NB}2.50"


@pytest.mark.parametrize(
    "value,digits,text", [(1234, 0, "1,234"), (-5, 0, "(5)"), (0, 2, "–"), (Decimal("0.004"), 2, "–"), (Decimal("-1.5"), 1, "(1.5)")]
)
def test_figures(value, digits, text):
    assert formatting.figure(value, digits=digits, language="en") == text


def test_a_number_keeps_the_decimals_it_has():
    with translation.override("en"):
        assert [ui.number(value) for value in (Decimal("1.50"), 7, Decimal("1E+3"), None)] == ["1.50", "7", "1,000", ""]


@pytest.mark.parametrize(
    "share,language,text", [("0.8", "en", "80%"), ("0.8", "fr", f"80{NB}%"), ("0", "en", "0%"), ("1.2", "es", f"120{NB}%")]
)
def test_percentages(share, language, text):
    assert plain(formatting.percent_text(Decimal(share), language=language)) == text


@pytest.mark.parametrize(
    "language,text",
    [
        ("en", "3 March 2026"),
        ("fr", "3 mars 2026"),
        ("es", "3 de marzo de 2026"),
        ("ru", "3 марта 2026 г."),
        ("zh-hans", "2026年3月3日"),
        ("ar", "3 مارس 2026"),
    ],
)
def test_days_are_in_words(language, text):
    assert " ".join(formatting.day_text(date(2026, 3, 3), language=language).split()) == text


def test_a_moment_is_in_the_reader_s_zone_and_in_vienna_s():
    closes = datetime(2026, 1, 31, 22, 59, tzinfo=UTC)
    with translation.override("en"), timezone.override("Africa/Nairobi"):
        assert formatting.moment_text(closes) == "1 February 2026, 01:59"
        assert ui.vienna(closes) == "31 January 2026, 23:59"


def test_the_day_of_a_moment_is_the_reader_s_day():
    with translation.override("en"), timezone.override("Asia/Tokyo"):
        assert formatting.day_text(datetime(2026, 1, 31, 22, 0, tzinfo=UTC)) == "1 February 2026"


def test_an_unknown_language_falls_back_to_english():
    assert formatting.money_text(usd("1"), language="xx") == f"USD{NB}1.00"


def test_shown_takes_any_value():
    with translation.override("en"):
        assert [ui.shown(value) for value in (usd("1"), date(2026, 3, 3), 1200, None, "", "text", True)] == [
            f"USD{NB}1.00", "3 March 2026", "1,200", "–", "–", "text", True
        ]  # fmt: skip


def test_sizes_are_never_nothing():
    with translation.override("en"):
        assert [ui.file_size(size) for size in (1, 1500, 5_000_000, None)] == ["1 KB", "1 KB", "4,883 KB", ""]


def test_a_column_that_names_its_currency_needs_no_code_in_its_cells():
    with translation.override("en"):
        assert ui.under_head(usd("5"), "Amount (USD)") == "5.00"
        assert ui.under_head(Money("5", "EUR"), "Amount (USD)") == f"EUR{NB}5.00"
        assert ui.under_head(12, "Amount (USD)") == "12"
