"""The secretariat drafts a call, publishes it, and the public reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.journeys.walking import Person

TITLE, REFERENCE = "Small grants for front-line help", "VTF-2025-1"
ABOUT = {"Guidance": "For organisations that help victims of trafficking directly.", "English": True, "French": True}
DATES = {
    "Opens": ("2025-02-17", "09:00"),
    "Closes": ("2025-03-31", "18:00"),
    "Questions are answered until": ("2025-03-20", "18:00"),
}
MONEY = {
    "Available in all": "60000",
    "Most for one grant": "30000",
    "Least for one grant": "5000",
    "Shortest project in months": 6,
    "Longest project in months": 24,
    "Tranches in percent": "60, 40",
    "Programme support cost, percent": "13",
}
RULES = {"Reviewers for each application": 2, "An interim report every so many months": 6, "Days to write a report after its period": 60}
QUESTIONS = [
    {"Section": "The need", "Question": "Who needs help, and why now?", "Most words": 300},
    {"Section": "The project", "Question": "What will you do?", "Most words": 300},
]
ELIGIBILITY = {
    "Is your organisation registered and not for profit?": "Yes",
    "Has it worked for at least three years?": "Yes",
    "Does it help victims of trafficking directly?": "Yes",
    "Do you make help depend on cooperation with the police?": "No",
    "Does it have a bank account in its own name?": "Yes",
}
CATEGORIES = [{"Code": "A", "Name": "Staff", "Most, in percent": 40}, {"Code": "B", "Name": "Direct help"}]
CRITERIA = {"Need and relevance": 40, "Approach and safety": 35, "Capacity and budget": 25}
ANCHORS = {f"Mark {mark} means": words for mark, words in enumerate(["Not shown", "Claimed", "In part", "Shown", "With evidence"], start=1)}


def draft(officer: Person) -> None:
    """All that a call says, section by section."""
    officer.goes_home()
    officer.follows("Calls", "Draft a call")
    officer.fills_in({"Title": TITLE, "Reference": REFERENCE})
    officer.presses("Save")
    officer.reads("There must be five eligibility questions.")
    for section, answers in {"About the call": ABOUT, "Money and duration": MONEY, "Selection and reports": RULES}.items():
        officer.follows(section)
        officer.fills_in(answers)
        officer.presses("Save")
    _dates(officer)
    _rows(officer, "Questions of the form", QUESTIONS)
    _rows(officer, "Eligibility questions", [{"Question": question} for question in ELIGIBILITY], _passing)
    _rows(officer, "Budget categories", CATEGORIES)
    _rows(officer, "Criteria", [{"Name": name, "Weight in percent": weight, **ANCHORS} for name, weight in CRITERIA.items()])
    _rows(officer, "Documents", [{"Kind": "registration", "Name": "Registration certificate"}])


def _dates(officer: Person) -> None:
    officer.follows("Dates")
    for name, (day, hour) in DATES.items():
        officer.fills_in({"Day": day, "Time in Vienna": hour}, within=officer.group(name))
    officer.presses("Save")


def _rows(officer: Person, part: str, rows: Sequence[Mapping[str, Any]], more: Callable[[Person, Any], None] | None = None) -> None:
    officer.follows(re.compile(f"^{part}"))
    for number, row in enumerate(rows, start=1):
        if number > 1:
            officer.presses("Add a row")
        fieldset = officer.group(f"Row {number}")
        officer.fills_in(row, within=fieldset)
        if more:
            more(officer, fieldset)
    officer.presses("Save")


def _passing(officer: Person, row: Any) -> None:
    question = row.get_by_label("Question").input_value()
    row.get_by_role("group", name="The answer that passes").get_by_label(ELIGIBILITY[question], exact=True).check()


def publish(officer: Person) -> None:
    """Published from the home page, where the draft waits for its day."""
    officer.takes_up(f"Publish the call {REFERENCE}")
    officer.follows("Publish")
    officer.presses("Publish")
    officer.reads("Published")


def is_read(visitor: Person) -> None:
    """Anybody finds the open call from the front page."""
    visitor.goes_to("/")
    visitor.follows(re.compile(TITLE))
    visitor.reads("Who needs help, and why now?", "USD 30,000.00", "Need and relevance")
