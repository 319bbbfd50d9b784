"""Where in an application something looks like data of a person; the applicant confirms each before it is submitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from grants import personal_data
from grants.applications.content import Content
from grants.calls.models import FormSection


@dataclass(frozen=True)
class Place:
    """A finding and where it stands: a key that no language changes, the words for people, the section to correct it in."""

    key: str
    label: str
    section: str
    finding: personal_data.Finding


def places(content: Content, only: str = "") -> list[Place]:
    """Every finding in the application's free text, or in one section's."""
    found = []
    for section, texts in _sections(content, only):
        if only in ("", section):
            found += [Place(key, label, section, each) for key, label, text in texts(content) for each in personal_data.findings(text)]
    return found


def digest(found: list[Place]) -> str:
    """The digest that a confirmation holds for; empty when there is nothing to confirm."""
    return personal_data.digest((place.key, place.finding) for place in found) if found else ""


def confirmed(content: Content, found: list[Place]) -> bool:
    """Whether the applicant has confirmed exactly these."""
    return digest(found) in ("", content.application.privacy_digest)


Texts = Iterator[tuple[str, str, str]]


def _sections(content: Content, only: str) -> Iterator[tuple[str, Callable[[Content], Texts]]]:
    """Each section with what gives its texts as (key, label, text); the questions are read only where they are wanted."""
    yield "about", _about
    if not only or only.startswith("questions-"):
        for section in content.form_sections:
            yield section.name, partial(_answers, section)
    yield from (("budget", _lines), ("plan", _plan), ("funding", _funding))


def _about(content: Content) -> Texts:
    yield "title", _("Title of the project"), content.application.title
    yield "summary", _("Summary"), content.application.summary


def _answers(section: FormSection, content: Content) -> Texts:
    for question in section.questions:
        yield f"answer:{question.number}", question.text, content.text_of(question)


def _lines(content: Content) -> Texts:
    for line in content.lines:
        yield f"line:{line.number}", _("Budget, row %(row)d") % {"row": line.number}, f"{line.description} {line.unit}"


def _plan(content: Content) -> Texts:
    for item in content.plan:
        yield f"plan:{item.number}", _("Work plan, row %(row)d") % {"row": item.number}, f"{item.activity} {item.result}"


def _funding(content: Content) -> Texts:
    yield "partners", _("Partners in the project"), content.application.partners
    for row in content.other_funding:
        yield f"funding:{row.number}", _("Other funding, row %(row)d") % {"row": row.number}, f"{row.funder} {row.purpose}"
