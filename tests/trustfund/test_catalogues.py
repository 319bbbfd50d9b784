"""The catalogues: no guess of a machine stands in one, and what a translation takes up is what the English text takes up."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

CATALOGUES = sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po"))
TAKEN_UP = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def taken_up(text: str) -> set[str]:
    return set(TAKEN_UP.findall(text))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_translation_is_nobodys_guess_and_takes_up_the_same(path):
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []
    one = [entry for entry in catalogue if entry.msgstr and not entry.msgid_plural]
    assert [entry.msgid for entry in one if taken_up(entry.msgid) != taken_up(entry.msgstr)] == []
    many = [entry for entry in catalogue if entry.msgid_plural]
    wanted = {entry.msgid: taken_up(entry.msgid_plural) for entry in many}
    assert [entry.msgid for entry in many for text in entry.msgstr_plural.values() if text and taken_up(text) - wanted[entry.msgid]] == []
