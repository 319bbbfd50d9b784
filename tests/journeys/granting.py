"""From the award to the agreement in force: approved, certified, offered, signed twice."""

from __future__ import annotations

import re

from tests.journeys import calling
from tests.journeys.walking import Person


def approve(manager: Person) -> None:
    """The fund manager approves what the Board recommended."""
    manager.takes_up("Awards to approve")
    manager.follows(re.compile(f"^{calling.REFERENCE}-"))
    manager.presses("Approve the award")


def certify(maker: Person) -> None:
    """Finance sets the money aside."""
    maker.takes_up("Grants whose funds are to be certified")
    maker.opens_first()
    maker.follows("Certify funds")
    maker.presses("Certify the funds")
    maker.reads("USD 24,000.00")


def offer(officer: Person) -> None:
    """The secretariat offers the agreement."""
    officer.takes_up("Agreements to offer")
    officer.opens_first()
    officer.follows("Offer the agreement")
    officer.presses("Offer the agreement")


def sign(ngo: Person, name: str) -> None:
    """The signatory reads the agreement, chooses what is published, and signs."""
    ngo.takes_up("Agreement to sign")
    ngo.follows("Read and sign")
    ngo.chooses("What may be published about this grant", "The NGO, its country and the project")
    ngo.fills_in({"Your name": name})
    ngo.presses("Sign")


def countersign(manager: Person, name: str) -> None:
    """The fund manager signs: the reservation becomes the commitment."""
    manager.takes_up("Agreements to countersign")
    manager.opens_first()
    manager.follows("Countersign")
    manager.fills_in({"Your name": name})
    manager.presses("Sign")
    manager.reads("Active")
