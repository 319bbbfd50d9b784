"""What has to happen because time passed: each room registers a job, `manage.py tick` (and the worker) runs them all.

A job is `job(now)`: it finds in the database what is due and does it, each object in its own transaction. It is run
again and again, by several processes perhaps at once, so that it must be safe to repeat and lock what it moves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

log = logging.getLogger(__name__)
Job = Callable[[datetime], Any]
_jobs: list[Job] = []


def register(job: Job) -> Job:
    """Called from `AppConfig.ready()`; returns the job, so that it may be used as a decorator."""
    if job not in _jobs:
        _jobs.append(job)
    return job


def run(now: datetime) -> list[str]:
    """Run every job; one that fails is logged and does not stop the others. Returns the names of those that failed."""
    return [name for job in _jobs if (name := _failed(job, now))]


def _failed(job: Job, now: datetime) -> str:
    try:
        job(now)
    except Exception:
        name = f"{job.__module__}.{job.__qualname__}"
        log.exception("tick: %s failed and will be tried again", name)
        return name
    return ""
