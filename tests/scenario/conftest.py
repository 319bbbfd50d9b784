"""The story is told once: its tests look at the books that it left, in one transaction that is taken back at the end."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def year(django_db_setup, django_db_blocker, tmp_path_factory):
    """The Fund after the year of `story.tell`, and the balances as they were on each quarter's last day."""
    from django.db import transaction

    from tests import lock_order, media
    from tests.scenario.fund import told
    from tests.scenario.story import tell

    lock_order.broken.clear()
    with django_db_blocker.unblock(), media.kept_in(tmp_path_factory.mktemp("media")), transaction.atomic():
        with told(tell) as fund:
            assert lock_order.broken == []
            yield fund
        transaction.set_rollback(True)
