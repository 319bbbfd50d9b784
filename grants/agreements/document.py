"""The agreement as a PDF, from the content of a version and, once there are any, its signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from grants.agreements.text import LANGUAGE
from trustfund.documents.pdf import Document
from trustfund.money import total, usd
from trustfund.ui.formatting import day_text, moment_text


def pdf_of(
    content: Mapping[str, Any], *, version: int, signatures: Sequence[Any] = (), digest: str = "", published: Any = ""
) -> bytes:
    """The PDF of a version; with `signatures` (Signature rows) and the digest of what they signed it is the signed copy.

    `published` says what the NGO chose about publication when it signed.
    """
    with translation.override(LANGUAGE):
        document = Document(_("Grant agreement %(reference)s") % content, str(settings.FUND_NAME), LANGUAGE)
        _parties(document, content, version)
        _money(document, content)
        _calendar(document, content)
        for number, (heading, text) in enumerate(content["clauses"], 1):
            document.heading(f"{number}. {heading}")
            document.paragraph(text)
        _signed(document, signatures, digest, published)
        return document.pdf()


def _parties(document: Document, content: Mapping[str, Any], version: int) -> None:
    document.facts(
        [
            (_("Version"), str(version)),
            (_("Organisation"), content["organisation"]),
            (_("Registration number"), content["registration"] or "–"),
            (_("Project"), content["title"]),
            (_("Country of the project"), content["country"]),
            (_("Amount"), usd(content["amount"])),
            (_("Duration"), _("%(start)s to %(end)s") % {"start": _day(content["starts_on"]), "end": _day(content["ends_on"])}),
            (_("This offer is valid until"), _day(content["valid_until"])),
        ]
    )


def _money(document: Document, content: Mapping[str, Any]) -> None:
    document.heading(_("Budget"))
    rows = [[category, what, usd(amount)] for category, what, amount in content["budget"]]
    whole = total(usd(amount) for _category, _what, amount in content["budget"])
    document.table([_("Category"), _("What for"), _("USD")], rows, totals=[_("Total"), "", whole], align="llr")
    document.heading(_("Tranches"))
    document.table(
        [_("Tranche"), _("From"), _("USD")],
        [[str(number), _day(day), usd(amount)] for number, day, amount in content["tranches"]],
        totals=[_("Total"), "", usd(content["amount"])],
        align="llr",
    )


def _calendar(document: Document, content: Mapping[str, Any]) -> None:
    kinds = {"interim": _("Interim report"), "final": _("Final report")}
    document.heading(_("Reports"))
    document.table(
        [_("Report"), _("From"), _("To"), _("Due")],
        [[kinds[kind], _day(start), _day(end), _day(due)] for _number, kind, start, end, due in content["reports"]],
        align="llll",
    )


def _signed(document: Document, signatures: Sequence[Any], digest: str, published: Any) -> None:
    document.heading(_("Signatures"))
    if not signatures:
        document.signatures([[_("For the organisation")], [_("For the Fund")]])
        return
    signed_by = [(signature.get_party_display(), _line(signature)) for signature in signatures]
    document.facts([(_("May be published"), str(published)), *signed_by])
    signed = _("Signed electronically, each after a fresh sign-in, over the document with SHA-256 %(digest)s.")
    document.paragraph(signed % {"digest": digest})


def _line(signature: Any) -> str:
    return _("%(name)s, %(moment)s") % {"name": signature.typed_name, "moment": moment_text(signature.signed_at)}


def _day(text: str) -> str:
    return day_text(date.fromisoformat(text)) if text else "–"
