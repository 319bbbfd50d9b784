"""The pages of the finance desk on large books, asked for by Django's test client as finance: database time, and from beginning to end.

The books are those of `bench.readings`; today is in the month after the open one, as at a month-end.
"""

from __future__ import annotations

import statistics
import sys
from datetime import UTC, date, datetime
from typing import NamedTuple

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from bench.books import OPEN, RATE, ready, use, without_triggers
from bench.readings import LARGE, LARGE_NAME, SMALL, SMALL_NAME
from bench.timing import timed
from trustfund import clock
from trustfund.ledger import verification
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.models import Entry, Period
from trustfund.people.models import RoleGrant, User
from trustfund.people.roles import Role

NOW = datetime(2026, 2, 5, 12, tzinfo=UTC)
ROUNDS = 3
POSTED = f"#{OPEN}"
"""Behind an address: it is posted, with this day."""
SLOW = 1000
"""Milliseconds of database time from which on a page is named as slow."""


def run() -> None:
    """Print the time of each page on small and on large books; then verify the small ones, unless pages are named. Only on PostgreSQL."""
    if connection.vendor != "postgresql":
        print("Pages: measured on PostgreSQL only.")
        return
    settings.ALLOWED_HOSTS = ["testserver"]
    sides = [_side(name, lines) for name, lines in ((SMALL_NAME, SMALL), (LARGE_NAME, LARGE))]
    print(f"Pages: milliseconds of database time (of all), {SMALL:,} and {LARGE:,} lines, and the ratio of the database times")
    for page in sides[0].shown:
        _print(page, _measured(page, sides))
    use(SMALL_NAME)
    if "check" in sys.argv[2:] or not sys.argv[2:]:
        checking(SMALL)


class Side(NamedTuple):
    """One of the two databases: its name, who asks, and the pages with their addresses."""

    name: str
    client: Client
    shown: dict[str, str]


def _side(name: str, lines: int) -> Side:
    ready(name, lines)
    clock.now = lambda: NOW  # type: ignore[assignment]
    client, wanted = Client(), sys.argv[2:]
    client.force_login(_finance())
    return Side(name, client, {page: url for page, url in addresses().items() if not wanted or any(each in page for each in wanted)})


def _finance() -> User:
    if found := User.objects.filter(email="finance@example.org").first():
        return found
    user: User = User.objects.create_user(email="finance@example.org", name="Finance")
    without_triggers("people_rolegrant", "ledger_rate")
    TOTP.activate(user, generate_totp_secret())
    RoleGrant.objects.create(user=user, role=Role.FINANCE, since=date(2000, 1, 1))
    Rate.objects.create(currency="EUR", effective_on=date(2026, 1, 1), value=RATE, source="bench", added_at=NOW)
    return user


def addresses() -> dict[str, str]:
    """What the page is, and its address."""
    month = Period.objects.get(year=OPEN.year, number=OPEN.month)
    earlier = Period.objects.get(year=OPEN.year - 1, number=6)
    newest = Entry.objects.latest("seal_id")
    day, entries, account = f"?as_of={OPEN}", reverse("ledger:entries"), reverse("ledger:account", args=["1010"])
    return {
        "home of finance": "/home/",
        "trial balance": reverse("ledger:index"),
        "entries": entries,
        "entries, last page": f"{entries}?page=999999999",
        "entries, a page in the middle": f"{entries}?page={max(newest.pk // 50, 1)}",
        "entries of a year": f"{entries}?year=2025",
        "entries, searched": f"{entries}?q=bench:24999",
        "an entry": newest.get_absolute_url(),
        "account 1010": account,
        "account 1010, last page": f"{account}?page=999999999",
        "account 1010, the last month": f"{account}?start=2026-01-01&end=2026-01-31",
        "account 1200, last page": f"{reverse('ledger:account', args=['1200'])}?page=999999999",
        "headroom": reverse("ledger:headroom"),
        "costs": reverse("ledger:costs"),
        "costs of a month": reverse("ledger:costs_month", args=[month.pk]),
        "bank accounts": reverse("ledger:banks"),
        "exchange rates": reverse("ledger:rates"),
        "verification, before it is asked for": reverse("ledger:check"),
        "periods": reverse("ledger:periods"),
        "closing list of a month": reverse("closings:period", args=[month.pk]),
        "closing list of an earlier month": reverse("closings:period", args=[earlier.pk]),
        "year-end": reverse("closings:year", args=[OPEN.year - 1]),
        "revaluation, worked out": f"{reverse('vouchers:prepare', args=['revaluation'])}{POSTED}",
        "cash position": reverse("treasury:index"),
        "forecast": reverse("treasury:forecast"),
        "delivery": reverse("treasury:delivery"),
        "statement: trial balance": f"{reverse('statements:statement', args=['trial-balance'])}{day}",
        "Statement I": f"{reverse('statements:statement', args=['position'])}{day}",
        "Statement V": f"{reverse('statements:statement', args=['budget'])}{day}",
        "Statement VI": f"{reverse('statements:statement', args=['notes'])}{day}",
        "ageing of receivables": f"{reverse('statements:statement', args=['receivables'])}{day}",
        "ageing of advances": f"{reverse('statements:statement', args=['advances'])}{day}",
    }


def _measured(page: str, sides: list[Side]) -> list[tuple[float, float]]:
    """Milliseconds of database time and of all on both, medians of rounds in turn, so that whatever else the machine does meets both; a
    page that takes long is asked for once."""
    times: list[list[tuple[float, float]]] = [[] for _side in sides]
    while len(times[0]) < ROUNDS and not any(each and each[0][0] > 5 * SLOW for each in times):
        for side, found in zip(sides, times, strict=True):
            use(side.name)
            connection.ensure_connection()
            found.append(timed(lambda side=side: _asked(side.client, side.shown[page])))
    return [(statistics.median(spent for spent, _all in each), statistics.median(all_ for _spent, all_ in each)) for each in times]


def _asked(client: Client, url: str) -> None:
    response = client.post(url, {"date": OPEN, "narrative": "Bench"}) if url.endswith(POSTED) else client.get(url)
    assert response.status_code == 200, (url, response.status_code, response.headers.get("Location"))


def _print(page: str, found: list[tuple[float, float]]) -> None:
    (less, whole), (more, all_) = found
    slow = "   slow" if more > SLOW else ""
    print(f"  {page:40}{less:9,.0f} ({whole:,.0f}){more:11,.0f} ({all_:,.0f}){more / max(less, 1):9.2f}{slow}", flush=True)


def checking(lines: int) -> None:
    """How long `check_books` takes, by its parts; it reads every line, so it grows with them."""
    times = {"ledger chain": timed(verification.verify_chain)}
    for name, check in verification.named_checks():
        times[name] = timed(lambda check=check: verification.answered("", check))
    whole = sum(all_ for _database, all_ in times.values())
    print(f"check_books on {lines:,} lines: {whole / 1000:,.1f} s, {lines / whole * 1000:,.0f} lines/s")
    for name, (_database, all_) in sorted(times.items(), key=lambda each: -each[1][1])[:4]:
        print(f"  {name:40}{all_ / 1000:9,.1f} s")
