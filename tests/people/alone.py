"""The ground without the rooms above it: their home items and destinations would link to addresses that tests.people.urls has not."""

from __future__ import annotations

import pytest

from trustfund.people import entries, home, navigation


@pytest.fixture
def ground_alone(monkeypatch):
    monkeypatch.setattr(home, "_providers", [])
    monkeypatch.setattr(navigation, "_providers", [entries.destinations])
