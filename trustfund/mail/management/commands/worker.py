"""manage.py worker: runs tasks as they come and the tick every N seconds, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from trustfund import clock, ticking

log = logging.getLogger(__name__)
STEP = 0.2
"""Seconds between looks at whether we shall stop."""


class Loop:
    """The worker's life. Neither a locked SQLite nor a database that is away ends it; SIGTERM and SIGINT do, after the running task."""

    def __init__(self, *, poll: int, tick_every: int) -> None:
        self.poll, self.tick_every = poll, tick_every
        self.next_tick = time.monotonic()
        self.tasks = Worker(
            queue_names=["*"],
            interval=1,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )

    def stop(self, *args: Any) -> None:
        """Signal handler: finish the task that runs, then end."""
        self.tasks.running = False

    def run(self) -> None:
        while self.tasks.running:
            self._survive(self.tasks.run)
            if self.tasks.running and time.monotonic() >= self.next_tick:
                self.next_tick = time.monotonic() + self.tick_every
                self._survive(lambda: ticking.run(clock.now()))
            close_old_connections()
            self._sleep()

    def _survive(self, do: Callable[[], Any]) -> None:
        try:
            do()
        except Exception:
            log.exception("worker: goes on after an error")
            connections.close_all()

    def _sleep(self) -> None:
        end = time.monotonic() + self.poll
        while self.tasks.running and time.monotonic() < end:
            time.sleep(min(STEP, self.poll))


class Command(BaseCommand):
    help = "Runs tasks as they come and the tick every --tick-every seconds; ends on SIGTERM after the running task."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--poll", type=int, default=1, help="seconds between looks for new tasks (default 1)")
        parser.add_argument("--tick-every", type=int, default=15, help="seconds between ticks (default 15)")

    def handle(self, *args: Any, **options: Any) -> None:
        loop = Loop(poll=options["poll"], tick_every=options["tick_every"])
        signal.signal(signal.SIGTERM, loop.stop)
        signal.signal(signal.SIGINT, loop.stop)
        self.stdout.write("worker: running; ends on SIGTERM or Ctrl-C")
        self.stdout.flush()
        loop.run()
