"""The Fund's first cycle: twelve NGOs, one call, three tranches each; announced on 18 October 2011, closed in 2014."""

from __future__ import annotations

from datetime import date, timedelta

from grants.agreements import actions as agreements
from grants.agreements.models import Grant
from grants.applications.models import Application
from grants.calls.models import Call
from grants.demo import applying, calls, facts, granting, organisations, reporting, reviewing
from grants.demo.cast import Cast
from grants.demo.facts import Ngo
from ngos.organisations.models import Organisation
from trustfund import clock
from trustfund.ledger.models import Subaccount
from trustfund.money import usd

DROPPED_OUT = "Institute for Democracy"
"""Of the twelve, eleven received money throughout (published); which one did not is invented here."""

STARTS = date(2011, 10, 1)
MONTHS = 24


def run(cast: Cast, bank: Subaccount) -> list[Organisation]:
    """The whole cycle; returns the twelve NGOs."""
    call = calls.draft(
        cast,
        "First call of the Small Grants Facility",
        "VTF-2011-1",
        drafted=date(2011, 1, 17),
        opens=date(2011, 2, 1),
        closes=date(2011, 3, 31),
        available=usd(720_000),
    )
    calls.publish(cast, call, date(2011, 1, 31))
    there = _applicants(cast, call)
    calls.close(call)
    call.refresh_from_db()
    applications = [application for _ngo, application in there]
    reviewing.screen(cast, applications, date(2011, 4, 11), refused=[applications[-1].pk])
    for number, (ngo, application) in enumerate(there[:12]):
        organisations.clear(cast, application.organisation, date(2011, 4, 20))
        organisations.bank_account(cast, application.organisation, date(2011, 7, 4), currency=ngo.currency, number=100 + number)
    marks = {application.pk: ngo.marks for ngo, application in there}
    reviewing.review(cast, applications[:-1], date(2011, 5, 2), marks=marks)
    reviewing.decide(
        cast,
        call,
        date(2011, 6, 20),
        recommended={application.pk: usd(ngo.amount) for ngo, application in there[:12]},
        reserve=[there[12][1].pk],
    )
    grants = [
        granting.bring_into_force(cast, application, usd(ngo.amount), date(2011, 9, 5), starts_on=STARTS)
        for ngo, application in there[:12]
    ]
    for number, grant in enumerate(grants):
        _life(cast, grant, bank, number)
    return [application.organisation for _ngo, application in there[:12]]


def _applicants(cast: Cast, call: Call) -> list[tuple[Ngo, Application]]:
    """The twelve, and three invented others of whom one is not eligible."""
    found = []
    for number, ngo in enumerate([*facts.FIRST_CYCLE, *facts.INVENTED[:3]], start=1):
        day = date(2011, 2, 7) + timedelta(days=number)
        organisation = organisations.register(cast, ngo, day, number=number)
        application = applying.begin(cast, call, organisation, day + timedelta(days=1))
        applying.write(cast, application, ngo, day + timedelta(days=9), starts_on=STARTS, months=MONTHS, number=number)
        found.append((ngo, applying.submit(cast, application, day + timedelta(days=10))))
    return found


def _life(cast: Cast, grant: Grant, bank: Subaccount, number: int) -> None:
    """First tranche in October 2011, the others after their reports; unspent money comes back at the end."""
    first, second, third = grant.tranches.order_by("number")
    interim, later, final = grant.reports.order_by("number")
    granting.pay(cast, first, bank, date(2011, 10, 18) + timedelta(days=number % 3))
    if grant.organisation.name == DROPPED_OUT:
        _ends_early(cast, grant, bank)
        return
    day = date(2012, 6, 11) + timedelta(days=number)
    reporting.whole(cast, interim, first.amount.times(1) - usd(100 * number), day, persons=30 + number)
    granting.pay(cast, second, bank, date(2012, 7, 16) + timedelta(days=number))
    day = date(2013, 2, 11) + timedelta(days=number)
    reporting.whole(cast, later, second.amount, day, persons=34 + number)
    granting.pay(cast, third, bank, date(2013, 3, 18) + timedelta(days=number))
    unspent = usd(125 * (number % 4))
    reporting.whole(
        cast, final, third.amount + usd(100 * number) - unspent, date(2013, 10, 14) + timedelta(days=number), persons=28 + number
    )
    granting.close(cast, grant, bank, date(2014, 1, 20) + timedelta(days=number))


def _ends_early(cast: Cast, grant: Grant, bank: Subaccount) -> None:
    """The one that dropped out: terminated, its report accepted, the rest refunded."""
    with clock.frozen(date(2012, 3, 5)):
        agreements.terminate(grant, by=cast.manager, reason="The organisation gave up the project (invented).")
    final = grant.reports.get(kind="final")
    reporting.whole(cast, final, usd(9_400), date(2013, 10, 10), persons=6)
    granting.close(cast, grant, bank, date(2013, 12, 2))
