"""IBAN and SWIFT: what is right passes, and every single mistake is found."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from ngos.bank_accounts.numbers import LENGTHS, checksum_fits, clean_account_number, clean_swift, mask

RIGHT = {
    "AT": "AT61 1904 3002 3457 3201",
    "BE": "BE68 5390 0754 7034",
    "CH": "CH93 0076 2011 6238 5295 7",
    "DE": "DE89 3704 0044 0532 0130 00",
    "FR": "FR14 2004 1010 0505 0001 3M02 606",
    "GB": "GB29 NWBK 6016 1331 9268 19",
    "MU": "MU17 BOMM 0101 1010 3030 0200 000M UR",
    "SA": "SA03 8000 0000 6080 1016 7519",
    "TN": "TN59 1000 6035 1835 9847 8831",
    "UA": "UA21 3223 1300 0002 6007 2335 6600 1",
}


@pytest.mark.parametrize("country, iban", RIGHT.items())
def test_published_examples_pass(country, iban):
    assert clean_account_number(iban.lower(), country) == iban.replace(" ", "")
    assert len(iban.replace(" ", "")) == LENGTHS[country]


@pytest.mark.parametrize(
    "number, country, code",
    [
        ("AT61 1904 3002 3457 3202", "AT", "iban_checksum"),
        ("AT16 1904 3002 3457 3201", "AT", "iban_checksum"),
        ("AT61 1904 3002 3457 320", "AT", "iban_length"),
        ("DE89 3704 0044 0532 0130 00", "AT", "iban_country"),
        ("19043002345", "AT", "iban_form"),
        ("12", "KE", "number"),
        ("12;34", "KE", "number"),
        ("1" * 35, "KE", "number"),
        ("", "AT", "iban_form"),
    ],
)
def test_what_is_wrong_is_said(number, country, code):
    with pytest.raises(ValidationError) as error:
        clean_account_number(number, country)
    assert error.value.code == code


def test_a_country_without_iban_has_plain_numbers():
    assert clean_account_number("01 234-567.89", "KE") == "0123456789"


def test_a_territory_uses_the_codes_of_its_country():
    assert clean_account_number(RIGHT["FR"], "RE").startswith("FR")


@given(st.integers(4, 19), st.characters(min_codepoint=48, max_codepoint=57))
def test_one_wrong_digit_is_always_found(place, digit):
    iban = RIGHT["AT"].replace(" ", "")
    changed = iban[:place] + digit + iban[place + 1 :]
    assert checksum_fits(changed) is (changed == iban)


@given(st.integers(4, 18))
def test_two_swapped_digits_are_always_found(place):
    iban = RIGHT["AT"].replace(" ", "")
    swapped = iban[:place] + iban[place + 1] + iban[place] + iban[place + 2 :]
    assert checksum_fits(swapped) is (swapped == iban)


@pytest.mark.parametrize("code, country", [("BKAUATWW", "AT"), ("deutdeff500", "DE"), ("BNPAFRPP", "RE"), ("KCBLKENX", "KE")])
def test_swift_codes_pass(code, country):
    assert clean_swift(code, country) == code.upper()


@pytest.mark.parametrize(
    "code, country, wrong",
    [("BKAUATW", "AT", "swift_form"), ("BKAUATWW1", "AT", "swift_form"), ("BKAUATWW", "DE", "swift_country")],
)
def test_swift_codes_that_are_wrong(code, country, wrong):
    with pytest.raises(ValidationError) as error:
        clean_swift(code, country)
    assert error.value.code == wrong


def test_a_mask_shows_the_last_four_and_never_a_short_number():
    assert mask("AT611904300234573201") == "•••• 3201"
    assert mask("123456") == "••••"
