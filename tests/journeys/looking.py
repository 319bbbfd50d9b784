"""What became of it: the donor's pages, the statements, the public."""

from __future__ import annotations

import re

from tests.factories.people import PASSWORD
from tests.journeys.walking import Person, letter_to

STATEMENTS: dict[str, dict[str, str]] = {
    "I. Statement of financial position": {"Cash and cash equivalents": "76,500.00", "Total net assets": "74,693.00"},
    "II. Statement of financial performance": {
        "Grants and direct assistance": "13,900.00",
        "Surplus (deficit) for the period": "(15,707.00)",
    },
    "Trial balance": {"1200 Advances to implementing partners": "–", "2400 Programme support cost payable": "(1,807.00)"},
}


def accept_the_invitation(donor: Person, email: str) -> None:
    """The donor's contact opens the letter and chooses a password."""
    donor.goes_to(letter_to(email, "/people/invitation/"))
    donor.fills_in({"Password": PASSWORD})
    donor.presses("Make my account")


def follow_the_money(donor: Person) -> None:
    """From the contribution to the grant, to the cent: 14,400.00 were paid, 500.00 came back, 13,900.00 were spent and accepted."""
    donor.goes_home()
    donor.follows("My contributions")
    donor.finds("C00001", "90,400.00", "–", "13,900.00", "13,900.00")
    donor.follows("C00001")
    donor.finds("Paid to grants", "13,900.00")
    donor.finds("Reserved for grants, not paid yet", "–")
    donor.finds("Available for new grants", "66,100.00")
    donor.finds("Programme support cost", "10,400.00")
    donor.finds("Received", "90,400.00")
    donor.finds("Haven of the River (Austria)", "–", "13,900.00", "13,900.00", "–")
    assert donor.downloads("Receipt (PDF)").startswith(b"%PDF")


def take_the_statement(donor: Person) -> None:
    """The same as a document."""
    donor.follows("My contributions", re.compile("[Ss]tatement"))
    donor.reads("13,900.00")
    assert donor.downloads("PDF").startswith(b"%PDF")


def read_the_statements(maker: Person) -> None:
    """Position, performance and trial balance: what is left is cash, and what was spent is what was accepted with its support cost."""
    for title, rows in STATEMENTS.items():
        maker.goes_home()
        maker.follows("Statements", title)
        for label, amount in rows.items():
            maker.finds(label, amount)


def is_published(visitor: Person) -> None:
    """The public reads of the grant what the NGO allowed, and no more."""
    visitor.goes_to("/")
    visitor.follows("Grants awarded")
    visitor.reads("Haven of the River", "A shelter by the river")
