"""Make the README's pictures anew, from a demo fund of their own: `make screenshots`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "screenshots"
PORT = int(os.environ.get("PORT", "8765"))
ADDRESS = f"http://localhost:{PORT}"
PASSWORD = "demo-trust-fund"
DAY = "2026-11-20"


def manage(*arguments: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(ROOT / "manage.py"), *arguments], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)


def wait() -> None:
    """Until the server answers, at most a minute."""
    for _turn in range(120):
        try:
            urllib.request.urlopen(f"{ADDRESS}/healthz", timeout=2)
            return
        except OSError:
            time.sleep(0.5)
    sys.exit("The demo server did not answer.")


def page(browser: Any, name: str = "", *, width: int = 1280, locale: str = "en") -> Any:
    """A page of a new visitor, signed in as a person of the demo when one is named."""
    context = browser.new_context(viewport={"width": width, "height": 800}, locale=locale, base_url=ADDRESS, reduced_motion="reduce")
    opened = context.new_page()
    if name:
        opened.goto("/accounts/login/")
        opened.locator("input[name=login]").fill(f"{name}@demo.example")
        opened.locator("input[name=password]").fill(PASSWORD)
        opened.locator("form:has(input[name=password]) button").first.click()
        opened.wait_for_url("**/home/")
    return opened


def shoot(opened: Any, name: str, height: int = 900) -> None:
    """The upper part of the page, as a picture of the README."""
    opened.evaluate("document.activeElement && document.activeElement.blur(); scrollTo(0, 0)")
    opened.set_viewport_size({"width": opened.viewport_size["width"], "height": height})
    opened.screenshot(path=TARGET / f"{name}.png")


def follow(opened: Any, *patterns: str) -> Any:
    """Click the first link in the page's content whose address fits, one after the other."""
    for pattern in patterns:
        opened.locator(f"main a[href*='{pattern}']").first.click()
        opened.wait_for_load_state()
    return opened


def pictures(browser: Any) -> None:
    opened = page(browser)
    opened.goto("/")
    shoot(opened, "front", 1000)
    opened = page(browser, width=360, locale="ar")
    opened.goto("/")
    shoot(opened, "arabic", 760)
    shoot(follow(page(browser, "ngo"), "/grants/reports/"), "report")
    opened = follow(page(browser, "trustee"), "/grants/reviews/", "/grants/reviews/")
    opened.get_by_label("No, I can judge it freely").check()
    opened.get_by_role("button", name="Declare").click()
    opened.wait_for_load_state()
    shoot(opened, "review")
    shoot(follow(page(browser, "programme"), "/grants/tranches/"), "gates", 1250)
    opened = page(browser, "donor")
    opened.goto("/donors/portal/")
    shoot(follow(opened, "/donors/portal/contributions/"), "donor", 1000)


def main() -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("There is no chromium on PATH.")
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3", "MEDIA_ROOT": f"{folder}/media", "SITE_URL": ADDRESS}
        if manage("demo", "--today", DAY, env=env).wait():
            sys.exit("The demo could not be built.")
        server = manage("runserver", "--noreload", f"localhost:{PORT}", env=env)
        try:
            wait()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--no-first-run"])
                pictures(browser)
                browser.close()
        finally:
            server.terminate()
            server.wait()
    print(f"{len(list(TARGET.glob('*.png')))} pictures in {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
