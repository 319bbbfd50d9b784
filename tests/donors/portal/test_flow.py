"""The geometry of the flow picture."""

from __future__ import annotations

from itertools import pairwise

from donors.portal.flow import HEIGHT, draw
from trustfund.money import usd


def test_nothing_received_has_no_picture():
    assert draw(("Received", usd(0)), [("paid", "Paid", usd(0))], []) is None


def test_bars_are_proportional_and_parts_of_nothing_are_left_out():
    picture = draw(
        ("Received", usd("1000")),
        [("paid", "Paid", usd("500")), ("psc", "PSC", usd(0)), ("available", "Available", usd("500"))],
        [("paid", "Accepted", usd("250")), ("available", "Advance", usd("250"))],
    )
    heights = {bar.label: bar.height for bar in picture.bars}
    assert heights == {"Received": HEIGHT, "Paid": HEIGHT // 2, "Available": HEIGHT // 2, "Accepted": HEIGHT // 4, "Advance": HEIGHT // 4}
    assert len(picture.bands) == 4


def test_labels_never_stand_on_one_another():
    picture = draw(("Received", usd("1000")), [(key, key, usd("1")) for key in ("paid", "psc", "reserve", "reserved")], [])
    tops = [bar.y for bar in picture.bars[1:]]
    assert all(below - above >= 34 for above, below in pairwise(tops))
    assert picture.height > tops[-1] + 34
