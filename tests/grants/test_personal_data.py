"""What looks like personal data in free text is found; ordinary words and numbers of a project are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grants.personal_data import Kind, digest, findings


@pytest.mark.parametrize(
    "text, kind, excerpt",
    [
        ("write to maria.k@example.org, please", Kind.EMAIL, "maria.k@example.org"),
        ("call +43 660 123 45 67 at night", Kind.PHONE, "+43 660 123 45 67"),
        ("tel. 0041-22-917-1234", Kind.PHONE, "0041-22-917-1234"),
        ("her mobile is 0660 1234567", Kind.PHONE, "0660 1234567"),
        ("she was born on 3.4.2009 in", Kind.BIRTH_DATE, "3.4.2009"),
        ("DOB: 2009-04-03", Kind.BIRTH_DATE, "2009-04-03"),
        ("née le 12/05/1999", Kind.BIRTH_DATE, "12/05/1999"),
        ("born 12 May 1999", Kind.BIRTH_DATE, "12 May 1999"),
        ("with passport no. AB1234567", Kind.DOCUMENT, "AB1234567"),
        ("holder of P1234567 only", Kind.DOCUMENT, "P1234567"),
    ],
)
def test_found(text, kind, excerpt):
    assert [(found.kind, found.excerpt) for found in findings(text)] == [(kind, excerpt)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We shelter 120 women and 35 girls in 2026.",
        "The budget is USD 12,500.00 for 12 months, 1 042 nights.",
        "From 1 January 2027 to 31 December 2027 we train 40 people.",
        "Resolution 64/293 and GA/RES/55/25 apply.",
        "Open 24/7, room 101, 10-15 places, 2024-2026.",
        "From 01/02/2026 to 05/12/2027, see page 03-04.",
        "Born of need, the shelter opened in 2009.",
    ],
)
def test_not_found(text):
    assert findings(text) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=2000))
def test_any_text_is_read_without_fault(text):
    for found in findings(text):
        assert found.excerpt in text


def test_a_confirmation_holds_for_what_was_seen_whatever_the_order():
    first, second = findings("a@example.org")[0], findings("b@example.org")[0]
    assert digest([("x", first), ("y", second)]) == digest([("y", second), ("x", first)])
    assert digest([("x", first)]) != digest([("x", second)]) != digest([("y", second)])


@pytest.mark.parametrize("word", ["родил", "ولد", "паспорт", "passport ", "visa A1", "née ", "0 12-34 ", "a@a."])
def test_no_text_keeps_the_server_busy(word):
    """A repeated word once took minutes: whoever can write a narrative could stop everybody."""
    began = time.process_time()
    findings(word * (20_000 // len(word)))
    assert time.process_time() - began < 2


@pytest.mark.parametrize("text", ["родился 12.03.1999", "родилась 12.03.1999", "ولدت 12.03.1999", "паспортом AB1234567"])
def test_inflected_words_are_still_found(text):
    assert findings(text)
