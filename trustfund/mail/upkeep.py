"""What the tick does for mail and tasks, and what `/healthz` says about them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django_tasks_db.models import DBTaskResult

from trustfund import clock
from trustfund.health import Reading
from trustfund.mail.delivery import deliver
from trustfund.mail.models import Outbox

TASK_UNHEARD_AFTER = timedelta(minutes=15)
TASK_VANISHED_AFTER = timedelta(hours=1)
TASKS_KEPT = timedelta(days=7)


def take_up_mail(now: datetime) -> None:
    """Send what no nudge led to."""
    while deliver(now):
        pass


def tidy_tasks(now: datetime) -> None:
    """A task whose worker died is marked failed (what it was for is in a row, and is taken up); old results go."""
    for lost in DBTaskResult.objects.running().filter(started_at__lt=now - TASK_VANISHED_AFTER):
        lost.set_failed(TimeoutError("its worker vanished"))
    DBTaskResult.objects.finished().filter(finished_at__lt=now - TASKS_KEPT).delete()


def outbox_reading() -> Reading:
    """No letter waits for more than an hour. `given_up` counts those of the last week that a person should look at."""
    now = clock.now()
    stuck = Outbox.objects.stuck(now).count()
    given_up = Outbox.objects.filter(given_up_at__gt=now - timedelta(days=7)).count()
    return Reading(ok=stuck == 0, facts={"stuck": stuck, "given_up": given_up})


def tasks_reading() -> Reading:
    """A worker takes up tasks: none waits for more than a quarter of an hour, none runs for more than an hour."""
    now = clock.now()
    waiting = DBTaskResult.objects.ready().filter(enqueued_at__lt=now - TASK_UNHEARD_AFTER).count()
    running = DBTaskResult.objects.running().filter(started_at__lt=now - TASK_VANISHED_AFTER).count()
    return Reading(ok=waiting == running == 0, facts={"waiting": waiting, "vanished": running})
