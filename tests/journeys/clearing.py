"""Before any money: due diligence, the sanctions list, and a bank account that three people have looked at."""

from __future__ import annotations

import re
from datetime import date

from tests.journeys.applying import NAME
from tests.journeys.walking import Person


def clear(officer: Person, until: date) -> None:
    """Every point of the checklist is judged, and the NGO is cleared for a year."""
    officer.goes_home()
    officer.follows("NGOs", NAME, "Due diligence")
    officer.presses("Open an assessment")
    while (waiting := officer.row("Not judged")).count():
        waiting.first.get_by_role("link", name=re.compile("^Judge ")).click()
        officer.chooses("Outcome", "In order")
        officer.presses("Judge the point")
    officer.follows("Clear")
    officer.fills_in({"Valid until": until})
    officer.presses(re.compile("^Clear"))
    officer.reads("Cleared")


def screen(officer: Person, of: date) -> None:
    """Compared with the sanctions list of a day, by a person."""
    officer.goes_home()
    officer.follows("NGOs", NAME, "Screening", "Record a screening")
    officer.fills_in({"Date of the list": of, "Officers who were checked": "Ngozi Ana"})
    officer.fills_in({"What was compared and decided": "No name is near."})
    officer.chooses("Outcome", "No match")
    officer.presses("Record")


def call_back(maker: Person) -> None:
    """Finance calls a number that the Fund knew before."""
    maker.takes_up("Bank accounts to verify by a call")
    maker.follows(NAME, "Record the call-back")
    maker.fills_in({"Whom you spoke to": "The director", "Number you called": "+43 1 234567"})
    maker.presses("Record the call")


def confirm(checker: Person) -> None:
    """Another person confirms; the account pays after its cooling-off."""
    checker.takes_up("Bank accounts to confirm")
    checker.follows(NAME, "Confirm the account")
    checker.presses(re.compile("^Confirm"))
