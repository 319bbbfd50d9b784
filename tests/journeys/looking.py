"""What became of it: the donor's pages, the statements, the public."""

from __future__ import annotations

from datetime import date

from tests.factories.people import PASSWORD
from tests.journeys.walking import Person, letter_to


def accept_the_invitation(donor: Person, email: str) -> None:
    """The donor's contact opens the letter and chooses a password."""
    donor.goes_to(letter_to(email, "/people/invitation/"))
    donor.fills_in({"Password": PASSWORD})
    donor.presses("Make my account")


def follow_the_money(donor: Person) -> None:
    """From the contribution to the grant."""
    donor.goes_home()
    donor.follows("My contributions")
    donor.follows("C00001")


def read_the_statements(maker: Person, on: date) -> None:
    """Position, performance and trial balance of a day."""
    maker.goes_home()
    maker.follows("Statements")
