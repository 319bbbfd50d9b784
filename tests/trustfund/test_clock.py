"""Days are days in Vienna; the clock can be held."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

from trustfund import clock


def test_the_day_begins_at_midnight_in_vienna():
    with clock.frozen(datetime(2026, 1, 31, 22, 59, tzinfo=UTC)):
        assert clock.today() == date(2026, 1, 31)
    with clock.frozen(datetime(2026, 1, 31, 23, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 2, 1)


def test_a_moment_falls_on_its_day_in_vienna():
    assert clock.day_of(datetime(2026, 6, 30, 22, 0, tzinfo=UTC)) == date(2026, 7, 1)
    assert clock.day_of(datetime(2026, 6, 30, 21, 59, tzinfo=UTC)) == date(2026, 6, 30)


def test_a_day_is_held_at_noon_in_vienna():
    with clock.frozen(date(2026, 7, 1)) as moment:
        assert moment == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
        assert clock.now() == moment


def test_the_clock_is_held_for_all_threads_and_let_go_afterwards():
    seen = []
    with clock.frozen(date(2011, 10, 18)):
        thread = threading.Thread(target=lambda: seen.append(clock.today()))
        thread.start()
        thread.join()
    assert seen == [date(2011, 10, 18)]
    assert clock.today() != date(2011, 10, 18)


def test_held_clocks_nest():
    with clock.frozen(date(2011, 1, 1)):
        with clock.frozen(date(2012, 1, 1)):
            assert clock.today() == date(2012, 1, 1)
        assert clock.today() == date(2011, 1, 1)
