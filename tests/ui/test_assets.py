"""The assets: what is vendored is what its checksum says, and our own are small and mirror by themselves."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "trustfund" / "static"
VENDORED = [STATIC / "vendor", ROOT / "tests" / "browser" / "vendor"]
OWN_CSS = (STATIC / "css" / "fund.css").read_text()


def small(*paths):
    """Bytes on the wire."""
    return sum(len(gzip.compress((STATIC / path).read_bytes(), 9)) for path in paths)


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.parent.name)
def test_vendored_files_are_listed_with_version_licence_and_checksum(folder):
    rows = json.loads((folder / "vendored.json").read_text())
    for row in rows:
        assert hashlib.sha256((folder / row["file"]).read_bytes()).hexdigest() == row["sha256"]
        assert row["version"]
        assert (folder / row["licence_file"]).stat().st_size > 100
    listed = {row["file"] for row in rows} | {row["licence_file"] for row in rows} | {"vendored.json"}
    assert {path.name for path in folder.iterdir()} == listed


def test_htmx_is_of_the_second_line():
    rows = json.loads((STATIC / "vendor" / "vendored.json").read_text())
    assert next(row["version"] for row in rows if row["package"] == "htmx.org").startswith("2.")


def test_the_first_visit_is_light():
    assert small("vendor/govuk.css", "css/fund.css") <= 15_000
    assert small("js/fund.js") < 4096
    assert small("vendor/govuk.css", "css/fund.css", "js/fund.js") <= 20_000


def test_own_css_is_logical():
    """Nothing in it says left or right: one file serves both directions."""
    physical = (
        r"(?<![-\w])(?:(?:margin|padding|border)-(?:left|right)|(?:left|right)\s*:|text-align:\s*(?:left|right)"
        r"|float:\s*(?:left|right)|(?:min-|max-)?width\s*:(?!\s*\d+px\)))"
    )
    assert re.findall(physical, OWN_CSS) == []


def test_four_sides_are_symmetrical():
    sides = re.findall(r"(?:padding|margin):\s*[^\s;]+ ([^\s;]+) [^\s;]+ ([^\s;]+);", OWN_CSS)
    assert [pair for pair in sides if pair[0] != pair[1]] == []


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


PAIRS = """ink/white grey/white grey/surface link/white link/surface link/info-bg white/link white/blocked money/white money/surface
    money/money-bg waiting/waiting-bg blocked/blocked-bg blocked/white ink/focus"""
COLOURS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", OWN_CSS)) | {"white": "#ffffff"}


@pytest.mark.parametrize(
    "text,ground",
    [pair.split("/") for pair in PAIRS.split()],
)
def test_every_pair_of_colours_can_be_read(text, ground):
    assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5


def test_no_template_hands_over_unescaped_values():
    """`{{ attrs }}` writes dynamic attributes unescaped, and `:x="{{ … }}"` evaluates what a user typed."""
    unescaped = r"\{\{\s*attrs\s*[|}]|\s:[a-z_]+=\"[^\"]*\{[{%]"
    bad = [path.name for path in (ROOT / "templates").rglob("*.html") if re.search(unescaped, path.read_text())]
    assert bad == []


def test_objects_are_handed_over_by_a_plain_path():
    """A filter in `:x="a|b"` is not evaluated: the component would silently get nothing."""
    bad = [
        (path.name, found)
        for path in (ROOT / "templates").rglob("*.html")
        for found in re.findall(r"<c-[^>]*\s(:[a-z_]+=\"[^\"]*\|[^\"]*\")", path.read_text())
    ]
    assert bad == []
