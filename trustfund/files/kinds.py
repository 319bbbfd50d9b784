"""What a file is, told from its content alone; a name or a browser's word for it counts for nothing."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import IO
from xml.etree import ElementTree
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _

ZIP_ENTRIES = 5_000
ZIP_BYTES = 200 * 1024 * 1024
READ_BYTES = 100 * 1024 * 1024
"""Of a workbook that is read here, and so stands in memory."""
ZIP_RATIO = 150
ZIP_RATIO_FROM = 10 * 1024 * 1024
TYPES_BYTES = 1024 * 1024
HEAD_BYTES = 4096

OPEN_XML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


@dataclass(frozen=True)
class Traits:
    """The content type that a kind is served with, and the endings its names have (the first is added where none fits)."""

    content_type: str
    endings: tuple[str, ...]
    name: str


class Kind(Enum):
    """The kinds of files that the Fund takes."""

    PDF = Traits("application/pdf", (".pdf",), "PDF")
    JPEG = Traits("image/jpeg", (".jpg", ".jpeg"), "JPEG")
    PNG = Traits("image/png", (".png",), "PNG")
    DOCX = Traits(OPEN_XML + "wordprocessingml.document", (".docx",), "DOCX")
    XLSX = Traits(OPEN_XML + "spreadsheetml.sheet", (".xlsx",), "XLSX")
    ODT = Traits(OPEN_DOCUMENT + "text", (".odt",), "ODT")
    ODS = Traits(OPEN_DOCUMENT + "spreadsheet", (".ods",), "ODS")
    CSV = Traits("text/csv", (".csv", ".txt", ".tsv", ".sta", ".mta", ".940", ".mt940"), "CSV")
    """Any text of lines, the bank statements (MT940) among them, which have endings of their own."""
    XML = Traits("application/xml", (".xml",), "XML")
    ZIP = Traits("application/zip", (".zip",), "ZIP")
    """Made here only: an archive that somebody sends is refused."""


DOCUMENTS = frozenset({Kind.PDF, Kind.JPEG, Kind.PNG, Kind.DOCX, Kind.XLSX, Kind.ODT, Kind.ODS})
SPREADSHEETS = frozenset({Kind.XLSX, Kind.ODS, Kind.CSV})


class Refused(ValueError):
    """The content is of no kind that is taken; the text says why, to the person who sent it."""


def kind_of(content: IO[bytes]) -> Kind:
    """The kind of a seekable stream of bytes; raises `Refused` with the reason."""
    content.seek(0)
    head = content.read(HEAD_BYTES)
    if not head:
        raise Refused(_("The file is empty."))
    for magic, find in SIGNATURES:
        if head.startswith(magic):
            return find(content)
    return _text(content)


def _known(kind: Kind) -> Callable[[IO[bytes]], Kind]:
    return lambda content: kind


def _picture(content: IO[bytes]) -> Kind:
    raise Refused(_("Pictures are taken as JPEG or PNG only."))


def _program(content: IO[bytes]) -> Kind:
    raise Refused(_("The file is a program. Programs are not taken."))


def _old_office(content: IO[bytes]) -> Kind:
    raise Refused(_("The file is protected by a password or in an old Office format. Save it as DOCX, XLSX or PDF without a password."))


def _archive(content: IO[bytes]) -> Kind:
    raise Refused(_("The file is an archive. Send the documents one by one."))


DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, UnicodeError, OverflowError, ParseError)


def _zip(content: IO[bytes]) -> Kind:
    """An Office or OpenDocument file, which are zip archives with known insides."""
    try:
        with zipfile.ZipFile(content) as archive:
            _within_limits(archive)
            names = {entry.filename for entry in archive.infolist()}
            if "[Content_Types].xml" in names:
                return _open_xml(archive, names)
            if "mimetype" in names:
                return _open_document(archive, names)
    except DAMAGED as error:
        raise Refused(_("The file is damaged. Open it, save it again, and send the new copy.")) from error
    return _archive(content)


def refuse_swollen(content: bytes) -> None:
    """Asked before a workbook is read: `Refused` when it unpacks into something huge. What is no archive is its reader's to refuse."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _within_limits(archive, READ_BYTES)
    except DAMAGED:
        return


def _within_limits(archive: zipfile.ZipFile, most: int = ZIP_BYTES) -> None:
    """A small archive that unpacks into something huge would stop whoever opens it."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    swollen = unpacked > ZIP_RATIO_FROM and unpacked / packed > ZIP_RATIO
    if len(entries) > ZIP_ENTRIES or unpacked > most or swollen:
        raise Refused(_("The file unpacks to more than can be taken."))
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(_("The file is protected by a password. Send it without one."))


OPEN_XML_MAIN = {
    OPEN_XML + "wordprocessingml.document.main+xml": Kind.DOCX,
    OPEN_XML + "spreadsheetml.sheet.main+xml": Kind.XLSX,
}
ACTIVE_PARTS = ("vbaproject", "activex/", "macrosheets/", "vbadata")


def _open_xml(archive: zipfile.ZipFile, names: set[str]) -> Kind:
    """DOCX or XLSX by the type of its main part, without macros."""
    types = _content_types(archive)
    if any(part in name.lower() for name in names for part in ACTIVE_PARTS) or any("macro" in each.lower() for each in types):
        raise Refused(_("The document has macros. Save it without macros and send the new copy."))
    found = {OPEN_XML_MAIN[each] for each in types if each in OPEN_XML_MAIN}
    if len(found) != 1:
        raise Refused(_("The file is of a kind that is not taken."))
    return found.pop()


def _content_types(archive: zipfile.ZipFile) -> list[str]:
    with archive.open("[Content_Types].xml") as stream:
        text = stream.read(TYPES_BYTES + 1)
    if len(text) > TYPES_BYTES or b"<!" in text or not text.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise zipfile.BadZipFile("content types")
    root = ElementTree.fromstring(text)  # noqa: S314 (no declarations got here, so no entities)
    return [element.get("ContentType", "") for element in root]


OPEN_DOCUMENT_TYPES = {kind.value.content_type.encode(): kind for kind in (Kind.ODT, Kind.ODS)}


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> Kind:
    """ODT or ODS by its `mimetype`, without macros."""
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise Refused(_("The document has macros. Save it without macros and send the new copy."))
    with archive.open("mimetype") as stream:
        kind = OPEN_DOCUMENT_TYPES.get(stream.read(200).strip())
    if kind is None or "content.xml" not in names:
        raise Refused(_("The file is of a kind that is not taken."))
    return kind


ALLOWED_CONTROLS = {"\t", "\n", "\r"}


def _text(content: IO[bytes]) -> Kind:
    """UTF-8 text, as CSV; XML where it says so; never a page for a browser."""
    content.seek(0)
    try:
        text = content.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(_("The file is of a kind that is not taken.")) from error
    if any(character < " " and character not in ALLOWED_CONTROLS for character in text):
        raise Refused(_("The file is of a kind that is not taken."))
    start = text.lstrip()[:HEAD_BYTES].lower()
    if start.startswith("<?xml") and not any(word in start for word in ("<!doctype", "<!entity", "<svg", "<html", "xhtml")):
        return Kind.XML
    if start.startswith(("<", "#!", "{\\rtf", "%!")):
        raise Refused(_("The file is of a kind that is not taken."))
    return Kind.CSV


SIGNATURES: tuple[tuple[bytes, Callable[[IO[bytes]], Kind]], ...] = (
    (b"%PDF-", _known(Kind.PDF)),
    (b"\xff\xd8\xff", _known(Kind.JPEG)),
    (b"\x89PNG\r\n\x1a\n", _known(Kind.PNG)),
    (b"PK\x03\x04", _zip),
    (b"PK\x05\x06", _archive),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _old_office),
    (b"MZ", _program),
    (b"\x7fELF", _program),
    (b"\xca\xfe\xba\xbe", _program),
    (b"\xfe\xed\xfa", _program),
    (b"\xcf\xfa\xed\xfe", _program),
    (b"Rar!", _archive),
    (b"7z\xbc\xaf\x27\x1c", _archive),
    (b"\x1f\x8b", _archive),
    (b"BZh", _archive),
    (b"GIF8", _picture),
    (b"RIFF", _picture),
    (b"II*\x00", _picture),
    (b"MM\x00*", _picture),
)
