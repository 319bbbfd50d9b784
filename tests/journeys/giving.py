"""A State pledges, signs and pays; its contact is invited."""

from __future__ import annotations

import re
from datetime import date

from tests.journeys.walking import Person, paper

YEARS = (2025, 2026)
GIVEN = "90,400.00"


def open_the_books(maker: Person) -> None:
    """Finance opens the fiscal years and the Fund's bank account."""
    maker.goes_home()
    maker.follows("Books", "Closing")
    for year in YEARS:
        maker.fills_in({"Fiscal year": year})
        maker.presses("Open this year")
    maker.follows("Banks", "Bank accounts", "Add a bank account")
    maker.fills_in({"Code": "BANK-USD", "Name": "Bank in Vienna, contributions", "Currency": "USD"})
    maker.presses("Add a bank account of the Fund")
    maker.reads("Bank in Vienna, contributions")


def register_the_donor(maker: Person, contact: str) -> None:
    """Finance registers Austria and invites the person who acts for it."""
    maker.goes_home()
    maker.follows("Donors", "Register a donor")
    maker.chooses("Kind", "State")
    maker.fills_in({"Name": "Republic of Austria", "Country": "Austria"})
    maker.presses("Register")
    maker.follows("Invite a contact")
    maker.fills_in({"Name of the person": "Dora Donor", "E-mail": contact})
    maker.presses("Send the invitation")
    maker.reads("Republic of Austria")


def announce_and_sign(manager: Person, due_on: date) -> None:
    """The fund manager records what was announced, and the signed agreement."""
    manager.goes_home()
    manager.follows("Donors", "Republic of Austria", "Record a pledge")
    manager.fills_in({"Donor": "Republic of Austria", "Amount in all": GIVEN, "Programme support cost, percent": "13"})
    manager.fills_in({"Instalment 1 due on": due_on, "Instalment 1, amount": GIVEN})
    manager.presses("Record the pledge")
    manager.follows("Record the signed agreement")
    manager.fills_in({"The signed agreement": paper("agreement")})
    manager.presses("Record it as signed")
    manager.reads("Signed: finance, who did not record the signature")


def book(maker: Person) -> None:
    """Finance finds the agreement on the home page and takes it into the books."""
    maker.takes_up("Book a signed agreement")
    maker.follows("P2025-0001", "Book it")
    maker.presses("Book it")
    maker.reads("In the books since")


def receive(maker: Person) -> None:
    """The money comes, all of it."""
    maker.follows(re.compile("^Enter money"))
    maker.fills_in({"Amount that was sent": GIVEN, "Bank reference": "ERSTE-4711", "Payer, as the bank has it": "BMF Wien"})
    maker.presses("Continue")
    maker.presses("Post it")
    maker.reads("USD 90,400.00")
