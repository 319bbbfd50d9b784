"""The end: the final report, the refund of what was not spent, the closing by two people."""

from __future__ import annotations

from tests.journeys.walking import Person


def refund(maker: Person) -> None:
    """What the NGO paid back is entered."""
    maker.takes_up("Grants to close: refunds and open items")
    maker.opens_first()
    maker.follows("Enter a refund")
    maker.fills_in({"Bank reference": "ERSTE-IN-9"})
    maker.presses("Enter the refund")


def prepare(maker: Person) -> None:
    """Nothing is open any more."""
    maker.follows("Prepare the closing")
    maker.presses("Nothing is open: prepare")


def confirm(checker: Person) -> None:
    """Another person closes the grant for good."""
    checker.takes_up("Closings to confirm")
    checker.opens_first()
    checker.follows("Close the grant")
    checker.presses("Close the grant")
    checker.reads("Financially closed")
