"""Every letter that some action writes has a template, and every template begins with its subject."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.template import Engine

EMAILS = settings.BASE_DIR / "templates" / "emails"
LETTERS = sorted(path for path in EMAILS.rglob("*.txt") if path.name != "footer.txt")
SOURCES = [path for top in ("trustfund", "ngos", "donors", "grants") for path in (settings.BASE_DIR / top).rglob("*.py")]


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_a_letter_begins_with_its_subject(path):
    text = path.read_text()
    first = re.sub(r"\{%\s*(load|comment)[^%]*%\}", "", text).lstrip().partition("\n")[0]
    assert first.startswith("Subject: ")
    assert "|safe" not in text
    assert "<" not in re.sub(r"\{[{%].*?[%}]\}", "", text, flags=re.S), "letters are plain text"
    Engine.get_default().get_template(f"emails/{path.relative_to(EMAILS)}")


def test_every_letter_that_is_written_has_a_template():
    wanted = {}
    for source in SOURCES:
        for name in re.findall(r"""\bqueue(?:_to_address)?\(\s*["']([\w/]+)["']""", source.read_text()):
            wanted[name] = str(source.relative_to(settings.BASE_DIR))
    missing = {name: source for name, source in wanted.items() if not (EMAILS / f"{name}.txt").exists()}
    assert wanted
    assert missing == {}
