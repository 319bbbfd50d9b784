"""The catalogues: no guess of a machine stands in one, a translation takes up what the English text does, numbers have their forms."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import ngettext

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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", ["الموافقة على قسيمة", "الموافقة على قسيمتين", "الموافقة على 5 قسائم", "الموافقة على 21 قسيمة"]),
        ("ru", ["Утвердить 1 ваучер", "Утвердить 2 ваучера", "Утвердить 5 ваучеров", "Утвердить 21 ваучер"]),
        ("zh-hans", ["核准1张凭单", "核准2张凭单", "核准5张凭单", "核准21张凭单"]),
    ],
)
def test_numbers_have_the_forms_of_their_language(language, words):
    with translation.override(language):
        said = [ngettext("Approve a voucher", "Approve %(count)s vouchers", n) % {"count": n} for n in (1, 2, 5, 21)]
    assert said == words
