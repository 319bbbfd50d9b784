"""Where in an application something looks like data of a person; the applicant confirms each before it is submitted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from grants import personal_data
from grants.applications.content import Content


@dataclass(frozen=True)
class Place:
    """A finding and where it stands: a key that no language changes, the words for people, the section to correct it in."""

    key: str
    label: str
    section: str
    finding: personal_data.Finding


def places(content: Content) -> list[Place]:
    """Every finding in the application's free text."""
    return [Place(key, label, section, found) for key, label, section, text in _texts(content) for found in personal_data.findings(text)]


def digest(found: list[Place]) -> str:
    """The digest that a confirmation holds for; empty when there is nothing to confirm."""
    return personal_data.digest((place.key, place.finding) for place in found) if found else ""


def confirmed(content: Content, found: list[Place]) -> bool:
    """Whether the applicant has confirmed exactly these."""
    return digest(found) in ("", content.application.privacy_digest)


def _texts(content: Content) -> Iterator[tuple[str, str, str, str]]:
    application = content.application
    yield "title", _("Title of the project"), "about", application.title
    yield "summary", _("Summary"), "about", application.summary
    yield "partners", _("Partners in the project"), "funding", application.partners
    for section in content.form_sections:
        for question in section.questions:
            yield f"answer:{question.number}", question.text, section.name, content.text_of(question)
    for line in content.lines:
        yield f"line:{line.number}", _("Budget, row %(row)d") % {"row": line.number}, "budget", f"{line.description} {line.unit}"
    for item in content.plan:
        yield f"plan:{item.number}", _("Work plan, row %(row)d") % {"row": item.number}, "plan", f"{item.activity} {item.result}"
    for row in content.other_funding:
        yield f"funding:{row.number}", _("Other funding, row %(row)d") % {"row": row.number}, "funding", f"{row.funder} {row.purpose}"
