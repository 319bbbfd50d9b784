"""Other people's ledgers, each in an environment of its own under var/peers, asked round by round by a line on their standard input."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEEDS = {"hordak": ["django-hordak==2.0.0", "Django~=5.2", "psycopg[binary]~=3.2", "setuptools<81"]}


class Peer:
    """A process that posts so many entries when it is told to, and says how many it made in a second."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def rate(self, entries: int) -> float:
        """Entries per second, one commit each."""
        return self.ask(str(entries))

    def ask(self, question: str) -> float:
        """What it answers to a line."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{question}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def _python(name: str) -> Path:
    """The interpreter of a peer's own environment, made once."""
    folder = ROOT / "var" / "peers" / name
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *NEEDS[name]], check=True)
    return python


@contextmanager
def peer(name: str, database: str) -> Iterator[Peer]:
    """A peer that keeps its books in the PostgreSQL database of this URL."""
    environment = {**os.environ, "PEER_DATABASE": database}
    script = Path(__file__).with_name(f"{name}_peer.py")
    with subprocess.Popen(
        [_python(name), script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=script.parent
    ) as process:
        yield Peer(process)
        process.terminate()
