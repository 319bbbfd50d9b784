"""Upgrade the demo fund of the previous commit, with its data, to this tree, on SQLite and on PostgreSQL.

Run by `make test-upgrade`. The previous commit is HEAD when the tree has changes of its own, else HEAD^; it is checked
out beside the tree, its demo is built there, then this tree migrates that database, `check_books` must find nothing, and every
page must open for everybody: for half of them on SQLite, for the others on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUICK = ["-o", "fsync=off", "-o", "synchronous_commit=off", "-o", "full_page_writes=off", "-o", "ssl=off"]
STRICT = os.environ.get("STRICT", "0") != "0"


def run(*command: str, cwd: Path = ROOT, **env: str) -> str:
    """Run a command that must succeed; its output when it does not."""
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"FAILED: {' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def previous_commit() -> str | None:
    """The commit to upgrade from, or None when there is none with a demo."""
    revision = "HEAD" if run("git", "status", "--porcelain").strip() else "HEAD^"
    known = subprocess.run(["git", "rev-parse", "--verify", "--quiet", revision], cwd=ROOT, capture_output=True, text=True)
    if known.returncode:
        return None
    commit = known.stdout.strip()
    has_demo = subprocess.run(["git", "cat-file", "-e", f"{commit}:grants/demo/__init__.py"], cwd=ROOT, capture_output=True)
    return commit if has_demo.returncode == 0 else None


def upgrade(old: Path, url: str, media: str, whose: str) -> None:
    """Build the demo with the old tree, migrate and check it with this one, and open every page for some (`whose`) of its people."""
    settings = {"DATABASE_URL": url, "MEDIA_ROOT": media}
    run(sys.executable, "-m", "tests.upgrade", "--begin", str(old), **settings)
    run(sys.executable, "manage.py", "demo", cwd=old, **settings)
    run(sys.executable, "manage.py", "migrate", "--no-input", **settings)
    run(sys.executable, "manage.py", "check_books", **settings)
    run(sys.executable, "manage.py", "check_files", **settings)
    run(sys.executable, "-m", "tests.demo.opening", whose, **settings)


def begin(old: Path) -> None:
    """The database as the tests migrated it, where the old tree has the same migrations: it need not run them all again."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustfund.settings")
    django.setup()
    from tests import databases

    databases.migrate(old)


def main() -> None:
    commit = previous_commit()
    if commit is None:
        print("There is no previous commit with a demo fund to upgrade from: the demo of this one is opened.")
        commit = "HEAD"
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder) / "old"
        run("git", "worktree", "add", "--detach", str(old), commit)
        try:
            with ThreadPoolExecutor() as both:  # each is one process at a time, so they share the cores
                for done in [both.submit(engine, old, folder, commit) for engine in (on_sqlite, on_postgresql)]:
                    done.result()
        finally:
            run("git", "worktree", "remove", "--force", str(old))


def on_sqlite(old: Path, folder: str, commit: str) -> None:
    """Every second of its people opens the pages here, everybody where there is no PostgreSQL."""
    whose = "everybody" if shutil.which("pg_virtualenv") is None else "even"
    upgrade(old, f"sqlite:///{folder}/demo.sqlite3", f"{folder}/media", whose)
    print(f"Upgraded the demo fund of {commit[:9]} on SQLite.")


def on_postgresql(old: Path, folder: str, commit: str) -> None:
    """The same in a throw-away cluster: this script calls itself inside it."""
    if shutil.which("pg_virtualenv") is None:
        if STRICT:
            sys.exit("FAILED: pg_virtualenv (Debian: postgresql-common, postgresql) is missing.")
        print("SKIPPED: the upgrade on PostgreSQL, because pg_virtualenv is not on this machine.")
        return
    run("pg_virtualenv", *QUICK, sys.executable, __file__, "--inside", str(old), f"{folder}/media-pg")
    print(f"Upgraded the demo fund of {commit[:9]} on PostgreSQL.")


if __name__ == "__main__":
    if "--begin" in sys.argv:
        begin(Path(sys.argv[-1]))
    elif "--inside" in sys.argv:
        user, word, host, port = (os.environ[f"PG{name}"] for name in ("USER", "PASSWORD", "HOST", "PORT"))
        upgrade(Path(sys.argv[-2]), f"postgres://{user}:{word}@{host}:{port}/demo", sys.argv[-1], "odd")
    else:
        main()
