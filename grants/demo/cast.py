"""The people of the demo: one sign-in per role, and the invented staff of the NGOs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trustfund.people import actions as people
from trustfund.people.models import User
from trustfund.people.roles import Role

PASSWORD = "demo-trust-fund"  # noqa: S105  printed on the screen: the demo's database holds nothing but inventions


@dataclass
class Cast:
    """Who acts in the demo. `ngos` and `owners` are filled as organisations register."""

    administrator: User
    programme: User
    screener: User
    reviewers: list[User]
    trustees: list[User]
    manager: User
    finance: User
    checker: User
    auditor: User
    donor_contact: User
    owners: dict[str, User] = field(default_factory=dict)

    def owner(self, organisation: Any) -> User:
        """The person who acts for an organisation."""
        return self.owners[organisation.name]


def sign_ins() -> list[tuple[str, str]]:
    """(who, e-mail) of each sign-in that the demo prints; all have one password."""
    who = [
        ("NGO, a grantee with a report to submit", "ngo"),
        ("NGO, an applicant with an offer to sign", "applicant"),
        ("Programme officer", "programme"),
        ("Reviewer", "reviewer"),
        ("Trustee", "trustee"),
        ("Fund manager", "manager"),
        ("Finance officer (maker)", "finance"),
        ("Approving officer (checker)", "checker"),
        ("Donor", "donor"),
        ("Auditor", "auditor"),
        ("Administrator", "administrator"),
    ]
    return [(what, f"{name}@demo.example") for what, name in who]


def person(email: str, name: str, *, signs_in: bool = False, **fields: Any) -> User:
    """An invented person; who signs in for the reader has the demo's password."""
    return User.objects.create_user(email=f"{email}@demo.example", password=PASSWORD if signs_in else None, name=name, **fields)


def _staff(administrator: User, email: str, name: str, role: Role, *, signs_in: bool = False, since: Any = None) -> User:
    user = person(email, name, signs_in=signs_in)
    people.give_role(user, role, by=administrator, since=since)
    return user


def assemble(since: Any) -> Cast:
    """Everybody, with their roles from a day on, given by the administrator."""
    administrator = person("administrator", "Ana Admin (invented)", signs_in=True)
    people.give_role(administrator, Role.ADMINISTRATOR, by=None, since=since)

    def staff(email: str, name: str, role: Role, *, signs_in: bool = False) -> User:
        return _staff(administrator, email, f"{name} (invented)", role, signs_in=signs_in, since=since)

    reviewers = [
        staff(f"reviewer{n or ''}", name, Role.REVIEWER, signs_in=n == 0)
        for n, name in enumerate(["Rosa Review", "Ravi Read", "Renée Rate"])
    ]
    names = ["Thabo Trust", "Tomoko Trust", "Teresa Trust", "Tarek Trust", "Tove Trust"]
    trustees = [staff(f"trustee{n or ''}", name, Role.TRUSTEE, signs_in=n == 0) for n, name in enumerate(names)]
    return Cast(
        administrator=administrator,
        programme=staff("programme", "Paula Programme", Role.PROGRAMME, signs_in=True),
        screener=staff("screener", "Sami Screen", Role.PROGRAMME),
        reviewers=reviewers,
        trustees=trustees,
        manager=staff("manager", "Mina Manager", Role.MANAGER, signs_in=True),
        finance=staff("finance", "Filip Finance", Role.FINANCE, signs_in=True),
        checker=staff("checker", "Chen Check", Role.APPROVER, signs_in=True),
        auditor=staff("auditor", "Aino Audit", Role.AUDITOR, signs_in=True),
        donor_contact=person("donor", "Dara Donor (invented)", signs_in=True),
    )
