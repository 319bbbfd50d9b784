"""Two people collide only where both wrote the same part."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from grants.together import OWN_TAIL, mark, overtaken

ANN, BEA = SimpleNamespace(pk=1), SimpleNamespace(pk=2)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_who_wrote_on_the_version_that_stands_overtakes_nobody():
    marks = {}
    mark(marks, "results", version=3, by=ANN, at=NOW)
    assert not overtaken(marks, "results", base=3, by=BEA, at=NOW)


def test_a_colleague_is_never_overwritten_and_other_parts_are_free():
    marks = {}
    mark(marks, "results", version=3, by=ANN, at=NOW)
    assert overtaken(marks, "results", base=2, by=BEA, at=NOW + timedelta(days=9))
    assert not overtaken(marks, "activities", base=0, by=BEA, at=NOW)


def test_ones_own_autosave_a_moment_ago_is_no_collision():
    marks = {}
    mark(marks, "results", version=3, by=ANN, at=NOW)
    assert not overtaken(marks, "results", base=2, by=ANN, at=NOW + OWN_TAIL - timedelta(seconds=1))
    assert overtaken(marks, "results", base=2, by=ANN, at=NOW + OWN_TAIL)
