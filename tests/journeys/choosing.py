"""Eligibility, reviews, the Board, letters: from a closed call to a decision."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.journeys import calling
from tests.journeys.walking import Person


def close(officer: Person) -> None:
    """The deadline has passed."""
    officer.takes_up(f"Close the call {calling.REFERENCE}")
    officer.follows("Close")
    officer.presses("Close")


def find_eligible(officer: Person) -> None:
    """The eligibility questions once more, by somebody of the secretariat."""
    officer.takes_up(f"Decide on the eligibility of applications to {calling.REFERENCE}")
    officer.follows(re.compile(f"^{calling.REFERENCE}-"), "Decide on eligibility")
    for question in calling.ELIGIBILITY:
        officer.chooses(question, "Met")
    officer.presses("Record the decision")
    officer.reads("Eligible")


def assign(officer: Person, names: Sequence[str]) -> None:
    """Two people who shall score it."""
    officer.takes_up("Eligible applications without reviewers")
    officer.follows(calling.REFERENCE, "Assign evenly")
    for name in names:
        officer.page.get_by_label(re.compile(f"^{name} ")).check()
    officer.presses("Show the plan")
    officer.presses(re.compile("^Assign"))


def declare_and_score(reviewer: Person, mark: int) -> None:
    """The declaration comes before the dossier; then each criterion has its mark and its reason."""
    reviewer.takes_up("Declare whether you have a conflict of interest")
    reviewer.follows(re.compile(f"^{calling.REFERENCE}-"))
    reviewer.chooses("Do you have a conflict of interest?", "No, I can judge it freely")
    reviewer.presses("Declare")
    for name, weight in calling.CRITERIA.items():
        criterion = reviewer.group(f"{name} {weight}%")
        criterion.get_by_label(re.compile(f"^{mark} ")).check()
        reviewer.fills_in({"Why this mark": "It is shown."}, within=criterion)
    reviewer.presses("Submit the review")
    reviewer.reads("Your review is submitted")


def rank(officer: Person) -> None:
    """All reviews are in: the ranking, from the reviews of the call."""
    officer.goes_home()
    officer.follows("Reviews", calling.REFERENCE, "Ranking")
    officer.reads("75.0")


def call_the_board(officer: Person) -> None:
    """The secretariat opens the session."""
    officer.takes_up(f"Call the Board together on {calling.REFERENCE}")
    officer.fills_in({"Quorum for each application": 1})
    officer.presses("Open the session")


def take_the_seat(trustee: Person) -> None:
    """Conflicts first."""
    trustee.takes_up("Declare conflicts for the session")
    for line in trustee.page.get_by_role("main").get_by_role("combobox").all():
        line.select_option("No conflict")
    trustee.presses("Declare and take my seat")


def recommend(officer: Person) -> None:
    """What the Board says is written down, and the session closed: minutes and a letter for everybody."""
    officer.takes_up(f"The Board sits on {calling.REFERENCE}")
    officer.presses("Shortlist")
    officer.follows(re.compile("^Decide "))
    officer.chooses("The Board's recommendation", "Recommended")
    officer.fills_in({"Amount": "24000"})
    officer.presses("Record")
    officer.follows("Close the session")
    officer.presses("Close the session")
    assert officer.downloads("Minutes (PDF)").startswith(b"%PDF")
