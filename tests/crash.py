"""Kill -9 at random moments while eight workers post: python tests/crash.py, in a new database of the
server of DATABASE_URL (PostgreSQL) or in a new SQLite file.

On PostgreSQL the killed are workers and the server's own processes, after which the server recovers as from a crash. In the end every
posting that a worker was told of is there once, none is there by half, no number is missing, and the chain is whole.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

WORKERS, KILLS = 8, 6
DAY = date(2026, 3, 16)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = os.environ.get("DATABASE_URL", "").rpartition("/")[0]
        os.environ["DATABASE_URL"] = f"{server}/books" if server else f"sqlite:///{folder}/books.sqlite3"
        os.environ["CRASH_FOLDER"] = folder
        _set_up()
        _prepare()
        _kill_at_random(Path(folder))
        print(_verified(Path(folder)))


def _set_up() -> None:
    import django

    sys.path.insert(0, str(Path(__file__).parents[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustfund.settings")
    django.setup()


def _prepare() -> None:
    from tests import databases
    from trustfund.ledger import periods, subaccounts

    databases.migrate()
    periods.open_year(DAY.year)
    subaccounts.open("bank", "CRASH", name="Crash", public_label="Crash", currency="USD")


# One worker


def work(number: int) -> None:
    """Post one entry after the other under references of one's own, and write down each that was acknowledged."""
    _set_up()
    folder = Path(os.environ["CRASH_FOLDER"])
    told = folder / f"told-{number}"
    place = len(told.read_text().splitlines()) if told.exists() else 0
    with told.open("a", buffering=1) as notes:
        while not (folder / "stop").exists():
            if _posted(f"crash:{number}:{place}"):
                notes.write(f"crash:{number}:{place}\n")
                place += 1


def _posted(reference: str) -> bool:
    """Whether it was acknowledged. Of what was not, nobody knows; so it is posted again under the same reference."""
    from django.db import InterfaceError, OperationalError, connection

    from trustfund.ledger import posting, postings
    from trustfund.ledger.models import Subaccount
    from trustfund.money import usd

    try:
        bank = Subaccount.objects.get(code="CRASH")
        posting.post(postings.interest(bank, usd("1.00")), reference=reference, on=DAY, by=None, source="crash")
    except (OperationalError, InterfaceError):
        connection.close()
        time.sleep(0.1)
        return False
    return True


# Who kills them


def _start(number: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, str(number)], stderr=subprocess.DEVNULL)


def _kill_at_random(folder: Path) -> None:
    workers = [_start(number) for number in range(WORKERS)]
    while len(list(folder.glob("told-*"))) < WORKERS:
        time.sleep(0.1)
    for kill in range(KILLS):
        time.sleep(random.uniform(0.2, 0.8))
        if kill % 3 == 2 and not os.environ["DATABASE_URL"].startswith("sqlite"):
            _kill_a_backend()
        else:
            _kill_a_worker(workers)
    time.sleep(3)
    (folder / "stop").touch()
    for worker in workers:
        assert worker.wait(timeout=60) == 0, "a worker ended by an error of its own"


def _kill_a_worker(workers: list[subprocess.Popen[bytes]]) -> None:
    number = random.randrange(WORKERS)
    workers[number].kill()
    workers[number].wait()
    workers[number] = _start(number)


def _kill_a_backend() -> None:
    """One process of the server, by its number; the server then ends all others and recovers."""
    backends = _asked("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
    if backends:
        with suppress(ProcessLookupError):  # it ended by itself in this moment
            os.kill(random.choice(backends)[0], signal.SIGKILL)


def _asked(query: str) -> list[Any]:
    from django.db import InterfaceError, OperationalError, connection

    for _try in range(100):
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.1)
    raise SystemExit("The database did not come back.")


# What is left


def _verified(folder: Path) -> str:
    told = [line for notes in folder.glob("told-*") for line in notes.read_text().splitlines()]
    entries = _asked("SELECT reference, number FROM ledger_entry WHERE source = 'crash' ORDER BY number")
    there, numbers = [reference for reference, _number in entries], [number for _reference, number in entries]
    lines = _asked("SELECT COUNT(*) FROM ledger_line")[0][0]
    from trustfund.ledger.verification import check_books

    assert len(told) == len(set(told)) > WORKERS * 10, "hardly anything was posted"
    assert set(told) <= set(there), f"lost: {sorted(set(told) - set(there))[:5]}"
    assert len(there) == len(set(there)), "posted twice"
    assert numbers == list(range(1, len(numbers) + 1)), "a number is missing"
    assert lines == 2 * len(there), "an entry is there by half"
    assert (findings := check_books()) == [], findings
    return f"{len(there)} entries, {len(told)} acknowledged, {KILLS} killed: all there once, the chain is whole."


if __name__ == "__main__":
    work(int(sys.argv[1])) if len(sys.argv) > 1 else main()
