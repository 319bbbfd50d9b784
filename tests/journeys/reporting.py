"""Reports: words, numbers of persons, expenditure; returned once, accepted twice."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from tests.journeys.walking import Person

Spent = tuple[str, date, str, Decimal]

WORDS = {
    "What was done": "The house opened with ten places.",
    "What changed for the people helped": "Two are back at school.",
    "Difficulties, and how they were met": "None.",
}
COUNTS = {
    "Persons by age": "18 to 24, Women and girls",
    "Persons by main form of exploitation": "Sexual exploitation, Women and girls",
    "Persons by movement": "Across a border, Women and girls",
    "Persons by service received": "Safe accommodation, Women and girls",
}


def write(ngo: Person, persons: int, spent: list[Spent]) -> None:
    """The three parts of a report, from the home page."""
    ngo.takes_up("Report to write")
    ngo.follows("Narrative")
    ngo.fills_in(WORDS)
    ngo.presses("Save")
    ngo.follows("Outcomes")
    for number, cell in enumerate(COUNTS.values()):
        ngo.clicks(ngo.page.get_by_role("link", name="Fill in this table").nth(number))
        ngo.fills_in({cell: persons})
        ngo.presses("Save")
    ngo.takes_up("Report to write")
    ngo.follows("Expenditure")
    for number, (line, on, description, amount) in enumerate(spent, start=1):
        answers = {"budget line": line, "date": on, "what it was for": description, "receipt number": f"R-{number}", "amount USD": amount}
        ngo.fills_in(answers, within=ngo.page.get_by_role("main").get_by_role("row").nth(number))
    ngo.presses("Save")


def submit(ngo: Person) -> None:
    """All of it is there."""
    ngo.follows("Submit this report")
    ngo.presses(re.compile("^Submit"))
    ngo.reads("Submitted")


def send_back(officer: Person) -> None:
    """The secretariat wants to know more."""
    officer.takes_up("Report to read")
    officer.follows("Return for correction")
    officer.fills_in({"What has to be corrected": "Say more about the house."})
    officer.presses(re.compile("^Return"))


def correct(ngo: Person) -> None:
    """The NGO says more and sends it again."""
    ngo.takes_up("Report to correct")
    ngo.reads("Say more about the house.")
    ngo.follows("Narrative")
    ngo.fills_in({"What was done": "The house opened with ten places, and a lawyer comes every week."})
    ngo.presses("Save")
    submit(ngo)


def accept_substance(officer: Person) -> None:
    """Programme reads the words and the numbers."""
    officer.takes_up("Report to read")
    officer.follows("Accept the substance")
    officer.presses(re.compile("^Accept"))


def accept(maker: Person) -> None:
    """Finance accepts the expenditure: the advance becomes an expense."""
    maker.takes_up("Expenditure to accept")
    maker.follows("Accept the expenditure")
    maker.presses("Accept and post")
    maker.reads("Accepted")
