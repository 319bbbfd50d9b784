"""What a person types as an amount becomes Money, or is refused with a sentence that helps."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation

from trustfund.fields import MoneyFormField, PercentField
from trustfund.money import Money, usd
from trustfund.ui.formatting import money_text


@pytest.mark.parametrize(
    "language, typed, worth",
    [
        ("en", "1200", "1200"), ("en", "1,200.50", "1200.50"), ("en", " 1 200.5 ", "1200.5"), ("fr", "1 200,50", "1200.50"),
        ("es", "1200,50", "1200.50"),
        ("es", "1.200,50", "1200.50"), ("es", "1200.50", "1200.50"), ("ar", "١٬٢٠٠٫٥٠", "1200.50"), ("ru", "1 200,5", "1200.5"),
        ("ar", "1,200.50", "1200.50"), ("ar", "1,200", "1200"),
    ],
)
def test_amounts_are_read_as_people_write_them(language, typed, worth):
    with translation.override(language):
        assert MoneyFormField().clean(typed) == usd(worth)


@pytest.mark.parametrize(
    "typed, message",
    [
        ("twelve", "“twelve” is not an amount. Write digits only, for example 1200 or 1200.50."),
        ("12.345", "“12.345” has more decimal places than USD has."),
        ("1.200", "“1.200” has more decimal places than USD has."),
        ("-1", "The amount must not be below zero."),
        ("9" * 20, f"“{'9' * 20}” is too large."),
        ("1e400", "“1e400” is not an amount. Write digits only, for example 1200 or 1200.50."),
        ("1,5", "“1,5” is not an amount. Write digits only, for example 1200 or 1200.50."),
        ("NaN", "“NaN” is not an amount. Write digits only, for example 1200 or 1200.50."),
    ],
)
def test_what_is_no_amount_is_refused_in_words(typed, message):
    with pytest.raises(ValidationError) as refused:
        MoneyFormField().clean(typed)
    assert refused.value.messages == [message]


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_an_amount_is_typed_with_the_marks_that_the_pages_print(language):
    with translation.override(language):
        field = MoneyFormField()
        assert field.clean(money_text(usd("21600.5"), plain=True)) == usd("21600.5")
        assert field.clean(field.widget.format_value(usd("21600.5"))) == usd("21600.5")


def test_a_currency_without_minor_unit_takes_no_decimals():
    assert MoneyFormField(currency="JPY").clean("1000") == Money(1000, "JPY")
    with pytest.raises(ValidationError):
        MoneyFormField(currency="JPY").clean("1000.5")


def test_the_same_amount_written_otherwise_has_not_changed():
    field = MoneyFormField()
    assert not field.has_changed(usd("1200"), "1,200.00")
    assert field.has_changed(usd("1200"), "1,200.01")
    assert field.has_changed(usd("1200"), "rubbish")


@pytest.mark.parametrize("typed, share", [("13", "0.13"), ("12,5", "0.125"), ("0", "0"), ("80.25", "0.8025")])
def test_a_percentage_is_typed_and_a_share_is_kept(typed, share):
    assert PercentField().clean(typed) == Decimal(share)


def test_a_stored_share_is_shown_as_a_percentage_and_what_was_typed_as_it_was():
    assert PercentField().prepare_value(Decimal("0.1300")) == "13"
    assert PercentField().prepare_value("12,5") == "12,5"


@pytest.mark.parametrize("typed", ["-1", "100", "abc", "1e9"])
def test_what_is_no_percentage_is_refused(typed):
    with pytest.raises(ValidationError):
        PercentField().clean(typed)
