"""What a page answers when the server's own means fail: 507 when a disk is full, 503 when the database does not answer.

Both pages are rendered without the database. What an act that failed had written was taken back with its transaction.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.views.defaults import server_error as ordinary

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
NO_SPACE_IN_SQLITE = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE")
NO_SPACE_IN_POSTGRESQL = "53100"


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that a disk is full."""
    while error is not None:
        code = getattr(error, "errno", None) in NO_SPACE or getattr(error, "sqlstate", None) == NO_SPACE_IN_POSTGRESQL
        if code or getattr(error, "sqlite_errorname", None) in NO_SPACE_IN_SQLITE:
            return True
        error = error.__cause__ or error.__context__
    return False


def answer_to(error: BaseException | None, *, undone: bool) -> HttpResponse | None:
    """The page for an error of the server's means; None for any other. `undone`: it is certain that nothing of the act was kept."""
    if is_full(error):
        return HttpResponse(get_template("507.html").render({"undone": undone}), status=507)
    if isinstance(error, OperationalError | InterfaceError):
        return HttpResponse(get_template("503.html").render({}), status=503, headers={"Retry-After": "60"})
    return None


class FailingMiddleware:
    """What a view raised: its transactions are taken back, so nothing was kept, unless the connection broke (503)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer_to(exception, undone=True)


def server_error(request: HttpRequest) -> HttpResponse:
    """Whatever else was raised, as when a session can't be saved after the act was: `handler500` of the front door."""
    return answer_to(sys.exc_info()[1], undone=False) or ordinary(request)
