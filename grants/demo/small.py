"""Two small grants of the demo: an outright one, an expense once it is due, and one of the window that the desk adopted. Invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from grants.applications.models import Application
from grants.calls.models import Policy
from grants.demo import applying, calls, desk, facts, granting, reviewing
from grants.demo.cast import Cast
from ngos.organisations.models import Organisation
from trustfund.ledger.models import FundWindow, Subaccount
from trustfund.money import usd

OUTRIGHT, RETURN = facts.INVENTED[4], replace(facts.INVENTED[10], amount=4_000)
"""Who gets them; what the second one asks for fits what was moved to its window."""


def outright(cast: Cast, bank: Subaccount, today: date) -> None:
    """In force since two months, its first tranche paid."""
    ngo = replace(OUTRIGHT, amount=9_000)
    application = _recommended(cast, ngo, today, "Outright help after rescue", "6", 120, policy=Policy.OUTRIGHT)
    on = today - timedelta(days=75)
    grant = granting.bring_into_force(cast, application, usd(ngo.amount), on, starts_on=on + timedelta(days=20))
    granting.pay(cast, grant.tranches.get(number=1), bank, today - timedelta(days=50))


def of_window(cast: Cast, today: date) -> None:
    """Certified from what was moved to the window, in force since three days."""
    window = FundWindow.objects.get(code=desk.WINDOW)
    application = _recommended(cast, RETURN, today, "Journeys home", "8", 100, window=window, floor=usd(2_000))
    grant = granting.award(cast, application, usd(RETURN.amount), today - timedelta(days=12), starts_on=today - timedelta(days=2))
    grant = granting.certify(cast, grant, today - timedelta(days=7))
    grant = granting.offer(cast, grant, today - timedelta(days=6))
    granting.countersign(cast, granting.sign(cast, grant, today - timedelta(days=4)), today - timedelta(days=3))


def _recommended(cast: Cast, ngo: facts.Ngo, today: date, title: str, reference: str, ago: int, **terms: Any) -> Application:
    """One application to a call that opened so many days ago, recommended by the Board 40 days later."""

    def day(after: int) -> date:
        return today - timedelta(days=ago - after)

    call = calls.draft(cast, title, f"VTF-{today.year}-{reference}", drafted=day(-5), opens=day(0), closes=day(14),
                       available=usd(60_000), months=24, interim=3, **terms)  # fmt: skip
    calls.publish(cast, call, day(-3))
    organisation = Organisation.objects.get(name=ngo.name)
    application = applying.begin(cast, call, organisation, day(4))
    applying.write(cast, application, ngo, day(5), starts_on=day(90), months=9, number=1)
    application = applying.submit(cast, application, day(6))
    calls.close(call)
    reviewing.screen(cast, [application], day(16))
    reviewing.review(cast, [application], day(18), marks={application.pk: ngo.marks})
    reviewing.decide(cast, call, day(40), recommended={application.pk: usd(ngo.amount)}, reserve=[])
    application.refresh_from_db()
    return application
