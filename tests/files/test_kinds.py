"""Kinds are told from content alone, and what could hurt is refused with a reason."""

from __future__ import annotations

import io
import struct

import pytest

from tests.files import samples
from trustfund.files.kinds import Kind, Refused, kind_of


def told(content: bytes) -> Kind:
    return kind_of(io.BytesIO(content))


@pytest.mark.parametrize(
    "content, kind",
    [
        (samples.PDF, Kind.PDF),
        (samples.PNG, Kind.PNG),
        (samples.JPEG, Kind.JPEG),
        (samples.office("docx"), Kind.DOCX),
        (samples.office("xlsx"), Kind.XLSX),
        (samples.open_document("text"), Kind.ODT),
        (samples.open_document("spreadsheet"), Kind.ODS),
        (b"a;b\n1;2\n", Kind.CSV),
        ("\ufeffÄ;ب\n".encode(), Kind.CSV),
        (b'<?xml version="1.0"?><Document/>', Kind.XML),
    ],
)
def test_honest_files(content, kind):
    assert told(content) is kind


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "empty"),
        (b"MZ\x90\x00" + bytes(100), "program"),
        (b"\x7fELF" + bytes(100), "program"),
        (b"<html><script>alert(1)</script>", "not taken"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "not taken"),
        (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "not taken"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "not taken"),
        (b"#!/bin/sh\nrm -rf /\n", "not taken"),
        (b"{\\rtf1 hello}", "not taken"),
        (b"\x00\x01\x02\x03", "not taken"),
        (b"\xff\xfeh\x00i\x00", "not taken"),
        (b"GIF89a" + bytes(20), "JPEG or PNG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "old Office"),
        (samples.zipped({"a.pdf": samples.PDF}), "archive"),
        (samples.zipped({}), "archive"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
        (samples.office("docx")[:-40], "damaged"),
        (samples.office("docx", more={"word/vbaProject.bin": b"x"}), "macros"),
        (samples.office("xlsx", more={"xl/macrosheets/sheet1.xml": b"x"}), "macros"),
        (samples.zipped({"[Content_Types].xml": samples.types("application/vnd.ms-word.document.macroEnabled.main+xml")}), "macros"),
        (samples.zipped({"[Content_Types].xml": samples.types("application/other")}), "not taken"),
        (samples.zipped({"[Content_Types].xml": samples.types(*samples.MAIN.values())}), "not taken"),
        (samples.open_document("text", more={"Basic/Standard/Module1.xml": b"x"}), "macros"),
        (samples.open_document("presentation"), "not taken"),
        (samples.zipped({"mimetype": "application/epub+zip", "content.xml": ""}), "not taken"),
    ],
)
def test_hostile_files(content, reason):
    with pytest.raises(Refused, match=reason):
        told(content)


def test_entities_in_the_content_types_are_not_expanded():
    bomb = '<!DOCTYPE t [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    content = samples.zipped({"[Content_Types].xml": samples.types(samples.MAIN["docx"], prefix=bomb)})
    with pytest.raises(Refused, match="damaged"):
        told(content)


def test_a_zip_bomb_is_refused_without_unpacking():
    with pytest.raises(Refused, match="unpacks to more"):
        told(samples.office("xlsx", more={"xl/worksheets/sheet1.xml": bytes(60 * 1024 * 1024)}))


def test_a_zip_of_too_many_parts_is_refused():
    with pytest.raises(Refused, match="unpacks to more"):
        told(samples.office("xlsx", more={f"xl/p{i}.xml": b"" for i in range(5_100)}))


def test_an_encrypted_entry_is_refused():
    content = bytearray(samples.office("docx"))
    at = content.rfind(b"PK\x01\x02")
    flags = struct.unpack_from("<H", content, at + 8)[0]
    struct.pack_into("<H", content, at + 8, flags | 1)
    with pytest.raises(Refused, match="password"):
        told(bytes(content))
