"""Serve the demo: the web server and the worker together; ending one, or Ctrl-C, ends both."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"


def start(*arguments: str, address: str) -> subprocess.Popen[bytes]:
    """One of the two processes, in a group of its own so that Ctrl-C reaches it through us alone; letters link to `address`."""
    environment = {**os.environ, "SITE_URL": os.environ.get("SITE_URL", f"http://{address}")}
    return subprocess.Popen([sys.executable, str(MANAGE), *arguments], start_new_session=True, env=environment)


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask both to end, wait ten seconds, then insist."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def leave(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", default="8000")
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, leave)
    address = f"localhost:{port}"
    processes = [start("runserver", "--noreload", address, address=address), start("worker", address=address)]
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.3)
        return next(process.returncode for process in processes if process.returncode is not None)
    except KeyboardInterrupt:
        return 0
    finally:
        stop(processes)


if __name__ == "__main__":
    sys.exit(main())
