"""Invented papers: small PDFs that say what they stand for."""

from __future__ import annotations

from trustfund.documents import Document


def page(title: str, text: str) -> bytes:
    """One page that says that it is invented."""
    document = Document(title, "Demonstration", "en")
    document.paragraph(text)
    document.paragraph("This paper was invented for the demonstration. It is no document of any organisation.")
    return document.pdf()
