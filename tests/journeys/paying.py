"""A tranche: asked for, its gates seen, certified by one person, approved by another, ordered, paid, confirmed."""

from __future__ import annotations

from tests.journeys.walking import Person


def request(ngo: Person, amount: str = "14,400.00") -> None:
    """The NGO sees each gate of its first tranche, and asks for it."""
    ngo.takes_up("Tranche to request")
    ngo.reads(amount)
    ngo.follows("Request this tranche")
    ngo.fills_in({"What the money is needed for now": "Rent and the first staff of the house."})
    ngo.presses("Request the tranche")


def make_ready(officer: Person) -> None:
    """The secretariat looks at the request and its gates."""
    officer.takes_up("Tranche request to judge")
    officer.follows("Accept the request")
    officer.presses("Accept the request")


def certify(maker: Person) -> None:
    """The maker."""
    maker.takes_up("Tranches ready to certify")
    maker.opens_first()
    maker.follows("Certify the payment")
    maker.presses("Certify the payment")


def approve(checker: Person) -> None:
    """The checker: another person."""
    checker.takes_up("Payments to approve")
    checker.opens_first()
    checker.follows("Approve")
    checker.presses("Approve the payment")


def order(maker: Person) -> None:
    """The order to the bank: the last moment at which a gate stops it."""
    maker.takes_up("Payments to order from the bank")
    maker.opens_first()
    maker.follows("Order from the bank")
    maker.presses("Make the payment order")


def record(maker: Person) -> None:
    """What the bank's statement says."""
    maker.takes_up("Payments ordered: what did the bank do?")
    maker.opens_first()
    maker.follows("Record that the bank paid")
    maker.fills_in({"Bank reference": "ERSTE-OUT-1"})
    maker.presses("Record the payment")
    maker.reads("Paid")


def confirm_receipt(ngo: Person) -> None:
    """The NGO says that the money arrived."""
    ngo.takes_up("Receipt to confirm")
    ngo.follows("Confirm that it arrived")
    ngo.presses("Confirm the receipt")
