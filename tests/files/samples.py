"""Small files of every kind, honest and hostile."""

from __future__ import annotations

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(30)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(30)
OPEN_XML = "application/vnd.openxmlformats-officedocument."
MAIN = {"docx": OPEN_XML + "wordprocessingml.document.main+xml", "xlsx": OPEN_XML + "spreadsheetml.sheet.main+xml"}


def zipped(parts: dict[str, bytes | str]) -> bytes:
    """A zip archive with these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def types(*content_types: str, prefix: str = "") -> str:
    """The text of [Content_Types].xml."""
    overrides = "".join(f'<Override PartName="/p{i}.xml" ContentType="{each}"/>' for i, each in enumerate(content_types))
    return f'<?xml version="1.0"?>{prefix}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{overrides}</Types>'


def office(kind: str = "docx", *, more: dict[str, bytes | str] | None = None) -> bytes:
    """A DOCX or XLSX, as far as its kind is told."""
    return zipped({"[Content_Types].xml": types(MAIN[kind]), "part.xml": "<a/>", **(more or {})})


def open_document(kind: str = "text", *, more: dict[str, bytes | str] | None = None) -> bytes:
    """An ODT ("text") or ODS ("spreadsheet")."""
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": "<a/>", **(more or {})})


def upload(content: bytes, name: str = "paper.pdf") -> SimpleUploadedFile:
    """What a form hands over; the browser's word for its kind is always a lie here."""
    return SimpleUploadedFile(name, content, content_type="application/x-anything")
