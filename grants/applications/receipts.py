"""The receipt of a submission, as a PDF: what was received, when by the server's clock, and the hash it must still have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from grants.applications.models import Application
from trustfund.documents.pdf import Document
from trustfund.ui.formatting import VIENNA, moment_text, money_text


def moments(at: datetime, own: ZoneInfo) -> list[tuple[str, str]]:
    """The same moment on three clocks: UTC, Vienna, the reader's own zone; to the second."""
    shown = [(_("UTC"), ZoneInfo("UTC")), (_("Vienna"), VIENNA)]
    if own.utcoffset(at.astimezone(own)) != VIENNA.utcoffset(at.astimezone(VIENNA)):
        shown.append((own.key, own))
    return [(label, f"{moment_text(at, zone=each)}:{at.astimezone(each):%S}") for label, each in shown]


def pdf(application: Application, *, at: datetime, by: Any, number: str, version: int, content_hash: str) -> bytes:
    """The receipt in the language of who submits."""
    with translation.override(by.language):
        paper = Document(_("Receipt of an application"), application.call.title, by.language)
        paper.paragraph(_("The Fund has received this application. Keep this receipt: it proves what was submitted, and when."))
        paper.facts(_facts(application, at, by, number, version))
        paper.heading(_("Content hash (SHA-256)"))
        paper.paragraph(content_hash)
        paper.paragraph(_("The hash is made from every answer, every number and every document. It changes with any one of them."))
        return paper.pdf()


def _facts(application: Application, at: datetime, by: Any, number: str, version: int) -> list[tuple[str, str]]:
    return [
        (_("Receipt number"), number),
        (_("Application"), application.reference),
        (_("Version"), str(version)),
        (_("Project"), application.title),
        (_("Organisation"), application.organisation.name),
        (_("Requested"), money_text(application.requested)),
        (_("Submitted by"), by.name),
        *[(_("Received (%(clock)s)") % {"clock": label}, text) for label, text in moments(at.astimezone(UTC), by.zone)],
    ]
