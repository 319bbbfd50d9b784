"""An NGO makes an account, registers, and applies: section by section, until the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.factories.people import PASSWORD
from tests.journeys import calling
from tests.journeys.walking import Person, letter_to, paper

NAME, TITLE = "Haven of the River", "A shelter by the river"
LINES = [
    {"Category": "A Staff", "Description": "A social worker", "Cost of one, USD": 700, "From the Fund, USD": 8400},
    {"Category": "B Direct help", "Description": "Rent", "Cost of one, USD": 1300, "From the Fund, USD": 15600},
]
DECLARED = [
    "What we wrote is true and complete.",
    "It holds no name, address, picture or other data of a victim.",
    "We never make help depend on cooperation with the police or the courts.",
    "No cost of this budget is paid for by anybody else.",
]
EXPECTED = {"Women and girls, 18 to 24": 20, "Sexual exploitation": 20, "Across a border": 20, "Safe accommodation": 20}


def sign_up(ngo: Person, name: str, email: str) -> None:
    """From the front page to a confirmed address."""
    ngo.goes_to("/")
    ngo.follows("Sign in", "Make an account")
    ngo.fills_in({"Your name": name, "E-mail": email, "Password": PASSWORD})
    ngo.presses("Make an account")
    ngo.goes_to(letter_to(email, "/accounts/confirm-email/"))
    ngo.presses("Confirm")


def sign_in(person: Person, email: str) -> None:
    """By the form, with a password."""
    person.goes_to("/accounts/login/")
    person.fills_in({"E-mail": email, "Password": PASSWORD})
    person.presses("Sign in")


def register(ngo: Person) -> None:
    """The organisation, once: profile, paper, bank account."""
    ngo.takes_up("Register your organisation")
    ngo.fills_in({"Name": NAME, "Country of registration": "Austria", "Registration number": "ZVR 771", "Registered on": "2011-05-04"})
    ngo.presses("Register")
    ngo.takes_up("Complete the profile of your organisation")
    ngo.fills_in({"Postal address": "1 River Road, Vienna", "Telephone": "+43 1 234567"})
    ngo.fills_in({"What the organisation does": "Gives shelter and legal help to women who were trafficked."})
    ngo.presses("Save")
    ngo.follows("Documents", "Add a document")
    ngo.fills_in({"Kind of document": "Registration certificate", "File": paper("registration")})
    ngo.presses("Keep the document")
    ngo.takes_up("Tell us your bank account")
    ngo.follows("Propose an account")
    ngo.fills_in({"Account holder": NAME, "Name of the bank": "Bank Austria", "Country of the bank": "Austria"})
    ngo.fills_in({"Currency of the account": "USD", "IBAN or account number": "AT611904300234573201", "SWIFT code (BIC)": "BKAUATWW"})
    ngo.presses("Propose the account")
    ngo.reads("3201")


def begin(ngo: Person) -> None:
    """From the public page of the call through its five questions into a draft."""
    ngo.follows("Calls", calling.TITLE, "Apply")
    for question, answer in calling.ELIGIBILITY.items():
        ngo.chooses(question, answer)
    ngo.presses("Continue")
    ngo.presses("Begin")


def write(ngo: Person) -> None:
    """Every section of the task list, from the home page."""
    ngo.takes_up("Submit VTF-2025")
    _section(ngo, "About the project", {
        "Title of the project": TITLE, "Summary": "Ten places, and legal help.", "Country of the project": "Austria",
        "Starts on": "2025-07-01", "Months": 12,
    })  # fmt: skip
    _section(ngo, "The need", {"Who needs help, and why now?": "Women who come without papers."})
    _section(ngo, "The project", {"What will you do?": "Open a house of ten places."})
    ngo.follows("Budget")
    for number, line in enumerate(LINES, start=1):
        ngo.fills_in({**line, "Unit": "month", "Quantity": 12}, within=ngo.page.get_by_role("main").get_by_role("row").nth(number))
    ngo.presses("Save")
    ngo.reads("24,000.00")
    ngo.comes_back()
    ngo.follows("Work plan")
    plan = {"Activity": "Open the house", "Result": "Ten places", "From month": 1, "To month": 12}
    ngo.fills_in(plan, within=ngo.page.get_by_role("main").get_by_role("row").nth(1))
    ngo.presses("Save")
    ngo.comes_back()
    _section(ngo, "People you expect to help", EXPECTED)
    _section(ngo, "Partners and other funding", {"There is no other funding for this project": True})
    ngo.follows("Documents")
    ngo.fills_in({"File": paper("registration")})
    ngo.presses("Add")
    ngo.presses("These are all")
    ngo.comes_back()
    ngo.follows("Declaration")
    ngo.fills_in(dict.fromkeys(DECLARED, True))
    ngo.presses("Declare")


def _section(ngo: Person, name: str, answers: Mapping[str, Any]) -> None:
    ngo.follows(name)
    ngo.fills_in(answers)
    ngo.presses("Save")
    ngo.comes_back()


def submit(ngo: Person) -> None:
    """The answers are checked, sent, and the receipt is kept."""
    ngo.reads("Everything is complete")
    ngo.follows("Submit")
    ngo.presses("Submit")
    ngo.reads("Content hash (SHA-256)")
    assert ngo.downloads("Receipt (PDF)").startswith(b"%PDF")


def read_the_letter(ngo: Person) -> None:
    """The decision of the Board, with its feedback."""
    ngo.goes_home()
    ngo.follows("Applications")
    ngo.opens_first()
    ngo.reads("is recommended")
    assert ngo.downloads("The letter on the decision (PDF)").startswith(b"%PDF")


def sign_in_again(ngo: Person, email: str) -> None:
    """Weeks later: who signs has just shown who they are."""
    ngo.presses("Sign out", within=ngo.opens_menu())
    sign_in(ngo, email)
