"""A disk that is full: python tests/full_disk.py sqlite | postgresql, with the database and the uploads on a small disk of their own.

Entries are posted until the disk is full, pages are sent forms and files while it is, and room is made again. In the end every posting
that was acknowledged is there once, none is there by half, the chain is whole, no part of an upload is left, and work goes on.
The disk is a tmpfs in a mount namespace of this process, gone with it; that takes root (skipped without, but not with STRICT=1).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2026, 3, 16)
MEGABYTES = {"sqlite": 48, "postgresql": 128}
LEFT = 2_500_000
"""Bytes that are left when the posting begins."""
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def main(engine: str) -> None:
    if os.environ.get("FULL_DISK_FOLDER"):
        with _database(engine, Path(os.environ["FULL_DISK_FOLDER"])):
            print(_story(Path(os.environ["FULL_DISK_FOLDER"])))
        return
    if reason := _why_not(engine):
        print(f"{'FAILED' if _strict() else 'SKIPPED'}: a full disk, {engine}: {reason}")
        sys.exit(1 if _strict() else 0)
    with tempfile.TemporaryDirectory() as folder:
        mounted = f"mount -t tmpfs -o size={MEGABYTES[engine]}m,mode=0777 tmpfs {folder} && exec {sys.executable} {__file__} {engine}"
        done = subprocess.run(["unshare", "--mount", "sh", "-c", mounted], env={**os.environ, "FULL_DISK_FOLDER": folder}, check=False)
    sys.exit(done.returncode)


def _strict() -> bool:
    return os.environ.get("STRICT", "0") != "0"


def _why_not(engine: str) -> str:
    if os.geteuid() != 0:
        return "only root can mount the small disk that it needs"
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        return "this machine lets nobody mount a disk (unshare --mount)"
    if engine == "postgresql" and not _bin("initdb"):
        return "PostgreSQL's server (initdb, pg_ctl) is not on this machine"
    return ""


# The database on the small disk


def _bin(program: str) -> str:
    """The newest of PostgreSQL's programs of this name, or ""."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(found[-1]) if found else shutil.which(program) or ""


@contextmanager
def _database(engine: str, folder: Path) -> Iterator[None]:
    os.environ["MEDIA_ROOT"] = str(folder / "media")
    if engine == "sqlite":
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/books.sqlite3"
        yield
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    os.environ["DATABASE_URL"] = f"postgres://postgres@127.0.0.1:{port}/books"
    os.environ["FULL_DISK_PORT"] = str(port)
    data = folder / "cluster"
    _as_postgres(_bin("initdb"), "--auth=trust", "--no-sync", "--wal-segsize=1", "--locale=C.UTF-8", "-D", str(data))
    _start(data)
    try:
        yield
    finally:
        _as_postgres(_bin("pg_ctl"), "-D", str(data), "-m", "immediate", "stop", check=False)


def _start(data: Path) -> None:
    options = (
        f"-p {os.environ['FULL_DISK_PORT']} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=10"
        " -c shared_buffers=16MB -c max_wal_size=4MB -c min_wal_size=2MB -c autovacuum=off"
    )
    _as_postgres(_bin("pg_ctl"), "-D", str(data), "-l", "/dev/null", "-w", "-o", options, "start")


def _as_postgres(*command: str, check: bool = True) -> int:
    return subprocess.run(["runuser", "-u", "postgres", "--", *command], cwd="/", stdout=subprocess.DEVNULL, check=check).returncode


# What happens


def _set_up() -> None:
    import django

    sys.path.insert(0, str(Path(__file__).parents[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustfund.settings")
    os.environ["LOG_LEVEL"] = "CRITICAL"
    django.setup()
    from django.conf import settings

    settings.DEBUG = False  # as where people work: Django's own page for developers stands in for handler500 otherwise


def _story(folder: Path) -> str:
    _set_up()
    client, voucher = _prepare()
    filler = _fill(folder, LEFT)
    told, error = _post_until_full()
    _is_said_to_be_full(error)
    answers = _pages_say_so(folder, client, voucher)
    filler.unlink()
    _wait_for_the_server(folder)
    _goes_on(client, voucher, told)
    return f"{len(told)} entries acknowledged, then {type(error).__name__}; pages answered {answers}; all is there once and work goes on."


def _prepare() -> tuple[Any, Any]:
    """Books that are open, somebody of finance who is signed in, and a voucher of theirs."""
    from django.test import Client

    from tests import databases
    from tests.factories.people import make_user, sign_in
    from tests.factories.vouchers import make_voucher
    from trustfund.ledger import periods, subaccounts
    from trustfund.people.roles import Role

    databases.migrate()
    periods.open_year(DAY.year)
    subaccounts.open("bank", "FULL", name="Full", public_label="Full", currency="USD")
    user = make_user(Role.FINANCE)
    client = sign_in(Client(raise_request_exception=False), user)
    assert client.get("/books/").status_code == 200
    return client, make_voucher(maker=user, on=DAY)


def _fill(folder: Path, left: int, name: str = "filler") -> Path:
    """A file that leaves so many bytes of the disk."""
    path = folder / name
    room = os.statvfs(folder)
    with path.open("wb") as file:
        file.write(b"\0" * max(room.f_bavail * room.f_frsize - left, 0))
    return path


def _post(reference: str) -> None:
    from trustfund.ledger import posting, postings
    from trustfund.ledger.models import Subaccount
    from trustfund.money import usd

    bank = Subaccount.objects.get(code="FULL")
    posting.post(postings.interest(bank, usd("1.00")), reference=reference, on=DAY, by=None, source="full")


def _post_until_full() -> tuple[list[str], Exception]:
    told: list[str] = []
    while True:
        try:
            _post(f"full:{len(told)}")
        except Exception as error:
            return told, error
        told.append(f"full:{len(told)}")
        assert len(told) < 100_000, "the disk never was full"


def _is_said_to_be_full(error: Exception) -> None:
    """Of what went wrong the server's log says why; a database that ended itself for want of room is said to be away."""
    from django.db import DatabaseError, InterfaceError, connection

    from trustfund import failing

    assert isinstance(error, DatabaseError | InterfaceError), error
    assert failing.is_full(error) or connection.vendor == "postgresql", error
    connection.close()


def _pages_say_so(folder: Path, client: Any, voucher: Any) -> list[int]:
    """A form and a file are sent while not a byte is left: each is answered by a page that says what to do, and leaves nothing."""
    rest = _fill(folder, 0, "rest")
    before = sorted(path for path in (folder / "media").rglob("*") if path.is_file())
    statuses = []
    for number in range(300):
        form = {"code": f"BANK-{number}", "name": "A bank " + "x" * 150, "currency": "USD"}
        statuses.append(_answered(client.post("/books/banks/new/", form)))
        if statuses[-1] != 302:
            break
    assert statuses[-1] in (503, 507), statuses
    upload = _answered(client.post(f"/books/vouchers/{voucher.pk}/attach/", {"upload": _paper()}))
    assert upload in (503, 507), upload
    assert sorted(path for path in (folder / "media").rglob("*") if path.is_file()) == before, "a part of an upload is left"
    rest.unlink()
    return [statuses[-1], upload]


def _answered(response: Any) -> int:
    page = response.content.decode()
    if response.status_code == 507:
        assert "The disk is full" in page, page
        assert "Nothing of it was saved" in page or "look whether it is there already" in page, page
    if response.status_code == 503:
        assert "do not answer" in page, page
        assert "look whether it is there already" in page, page
    return int(response.status_code)


def _paper() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("invoice.pdf", PDF + b"%" + b"x" * 500_000, content_type="application/pdf")


def _wait_for_the_server(folder: Path) -> None:
    """PostgreSQL, if it ended itself, is started again by whoever made room."""
    from django.db import InterfaceError, OperationalError, connection

    for _try in range(60):
        connection.close()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                return
        except (OperationalError, InterfaceError):
            with suppress(subprocess.CalledProcessError):
                _start(folder / "cluster")
            time.sleep(0.2)
    raise SystemExit("The database did not come back.")


def _goes_on(client: Any, voucher: Any, told: list[str]) -> None:
    from trustfund.ledger.models import Entry, Line
    from trustfund.ledger.verification import check_books

    assert (findings := check_books()) == [], findings
    entries = list(Entry.objects.filter(source="full").order_by("number").values_list("reference", "number"))
    references = [reference for reference, _number in entries]
    assert set(told) <= set(references), "an acknowledged entry is lost"
    assert len(references) in (len(told), len(told) + 1), "more is there than was posted"
    assert [number for _reference, number in entries] == list(range(1, len(entries) + 1)), "a number is missing"
    assert Line.objects.filter(entry__source="full").count() == 2 * len(entries), "an entry is there by half"
    _post(f"full:{len(told)}")
    assert client.post("/books/banks/new/", {"code": "AFTER", "name": "After", "currency": "USD"}).status_code == 302
    assert client.post(f"/books/vouchers/{voucher.pk}/attach/", {"upload": _paper()}).status_code == 302
    assert voucher.attachments.count() == 1
    assert check_books() == []


if __name__ == "__main__":
    main(sys.argv[1])
