"""The rooms of the house and the decisions about it, each in its own first words: what a newcomer looks for first."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

APPS = ("grants", "donors", "ngos", "trustfund")
FURNITURE = {"migrations", "management", "commands", "templatetags", "ar"}
"""Folders that the framework wants, in whatever room they are."""
WIRING = {"__init__", "apps", "urls", "models", "wsgi"}
"""Modules that only tie an app together."""


def said(app: str) -> Iterator[tuple[str, str]]:
    """Each room of an app, the app first: its folder, and the first line of what it says of itself ("" where it says nothing)."""
    root = Path(settings.BASE_DIR)
    for path in sorted((root / app).rglob("__init__.py"), key=lambda path: path.parent.parts):
        folder = path.parent.relative_to(root)
        if not FURNITURE & set(folder.parts):
            yield folder.as_posix(), _first_line(path)


def alone(app: str) -> Iterator[tuple[str, str]]:
    """Each module of an app that stands in no room, with the first line of what it says of itself."""
    root = Path(settings.BASE_DIR)
    for path in sorted((root / app).glob("*.py")):
        if path.stem not in WIRING:
            yield path.relative_to(root).as_posix(), _first_line(path)


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0]


def page() -> str:
    """All rooms, app by app, and what stands in none of them because all use it."""
    about = "Each folder in its own words, and the modules that stand in none because many rooms use them."
    parts = [f"# The rooms\n\n{about} Written by `python manage.py make_docs`.\n"]
    for app in APPS:
        (name, about), *rooms = said(app)
        rows = "\n".join(f"| [`{place}`](../{place}) | {words} |" for place, words in [*rooms, *alone(app)])
        parts.append(f"## {name}\n\n{about}\n\n| Room | What is in it |\n|---|---|\n{rows}\n")
    return "\n".join(parts)


def decisions() -> str:
    """The decisions by their numbers."""
    found = sorted((Path(settings.BASE_DIR) / "docs" / "adr").glob("[0-9]*.md"))
    rows = [(path.name, path.read_text().split("\n")[0].removeprefix("# ").partition(". ")) for path in found]
    listed = "\n".join(f"| {number} | [{title}]({name}) |" for name, (number, _dot, title) in rows)
    about = "What somebody might question, and why it is so. Written by `python manage.py make_docs`."
    return f"# Decisions\n\n{about}\n\n| Number | Decided |\n|---|---|\n{listed}\n"
