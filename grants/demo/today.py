"""The Fund today: a call in every state and a grant at every step, so that everybody finds work on their first page. All invented."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from grants.agreements.models import Grant
from grants.applications import actions as applications
from grants.applications.models import Application
from grants.demo import applying, calls, facts, granting, organisations, reporting, reviewing
from grants.demo.cast import Cast
from grants.payments import actions as payments
from ngos.organisations.models import Organisation
from trustfund import clock
from trustfund.ledger.models import Subaccount
from trustfund.money import usd

NGOS = facts.INVENTED[3:]
GRANTEE, APPLICANT = "ngo@demo.example", "applicant@demo.example"


class Today:
    """What the functions below share: the people, the bank account, the NGOs and the day."""

    def __init__(self, cast: Cast, bank: Subaccount, today: date) -> None:
        self.cast, self.bank, self.today = cast, bank, today
        self.ngos: list[Organisation] = []

    def day(self, ago: int) -> date:
        """So many days ago."""
        return self.today - timedelta(days=ago)


def run(cast: Cast, bank: Subaccount, today: date) -> None:
    """Everything of this year."""
    now = Today(cast, bank, today)
    _register(now)
    _decided(now)
    _archived(now)
    _deciding(now)
    _in_review(now)
    _to_screen(now)
    _open(now)
    _draft(now)
    with clock.frozen(today):
        organisations.bank_account(cast, now.ngos[6], today, currency="EUR", number=906, stop_at="proposed")


def _register(now: Today) -> None:
    """Nine NGOs; the fifth is the reader's grantee, the sixth the reader's applicant."""
    emails = {4: "ngo", 5: "applicant"}
    for number, ngo in enumerate(NGOS):
        organisation = organisations.register(now.cast, ngo, now.day(330), number=50 + number, email=emails.get(number, ""))
        now.ngos.append(organisation)
        if number != 6:
            organisations.clear(now.cast, organisation, now.day(320))
            organisations.bank_account(now.cast, organisation, now.day(310), currency="USD", number=900 + number)


def _call(now: Today, title: str, reference: str, opened: int, closed: int, *, blind: bool = False) -> Any:
    call = calls.draft(
        now.cast,
        title,
        f"VTF-{now.today.year}-{reference}",
        drafted=now.day(opened + 10),
        opens=now.day(opened),
        closes=now.day(closed),
        available=usd(420_000),
        blind=blind,
        months=24,
    )
    return calls.publish(now.cast, call, now.day(opened + 2))


def _apply(now: Today, call: Any, number: int, ago: int, *, months: int = 16) -> Application:
    """One NGO's application, submitted so many days ago."""
    organisation = now.ngos[number]
    application = applying.begin(now.cast, call, organisation, now.day(ago + 2))
    starts = now.day(ago) + timedelta(days=90)
    applying.write(now.cast, application, NGOS[number], now.day(ago + 1), starts_on=starts, months=months, number=number)
    return applying.submit(now.cast, application, now.day(ago))


def _reviewed(now: Today, call: Any, numbers: list[int], ago: int) -> list[Application]:
    """Submitted, eligible, reviewed by two each."""
    found = [_apply(now, call, number, ago) for number in numbers]
    calls.close(call)
    reviewing.screen(now.cast, found, now.day(ago - 8))
    marks = {application.pk: NGOS[number].marks for number, application in zip(numbers, found, strict=True)}
    reviewing.review(now.cast, found, now.day(ago - 12), marks=marks)
    return found


def _decided(now: Today) -> None:
    """Decided in spring: nine awards, each stopped at another step."""
    call = _call(now, "Direct help in shelters and on the way home", "1", 305, 275)
    numbers = [0, 1, 2, 3, 4, 5, 7, 8]
    found = _reviewed(now, call, numbers, 278)
    amounts = {application.pk: usd(NGOS[number].amount) for number, application in zip(numbers, found, strict=True)}
    reviewing.decide(now.cast, call, now.day(240), recommended=amounts, reserve=[])
    steps = [_to_award, _to_certify, _to_offer, _to_settle, _to_grantee, _to_confirm, _to_approve, _to_accept]
    for step, application in zip(steps, found, strict=True):
        step(now, application)


def _amount(application: Application) -> Any:
    return usd(next(ngo.amount for ngo in NGOS if ngo.name == application.organisation.name))


def _in_force(now: Today, application: Application, ago: int) -> Grant:
    return granting.bring_into_force(now.cast, application, _amount(application), now.day(ago), starts_on=now.day(ago - 30))


def _to_award(now: Today, application: Application) -> None:
    """Recommended: the fund manager approves."""


def _to_certify(now: Today, application: Application) -> None:
    """Approved: finance certifies."""
    granting.award(now.cast, application, _amount(application), now.day(20), starts_on=now.today + timedelta(days=30))


def _to_offer(now: Today, application: Application) -> None:
    """Certified: the programme offers."""
    grant = granting.award(now.cast, application, _amount(application), now.day(30), starts_on=now.today + timedelta(days=30))
    granting.certify(now.cast, grant, now.day(12))


def _to_settle(now: Today, application: Application) -> None:
    """The first tranche is with the bank."""
    grant = _in_force(now, application, 90)
    tranche = granting.request(now.cast, grant.tranches.get(number=1), now.day(9))
    with clock.frozen(now.day(8)):
        payment = payments.certify(tranche, by=now.cast.finance, paid_from=now.bank)
    with clock.frozen(now.day(7)):
        payments.approve(payment, by=now.cast.checker)
        payments.export(payment, by=now.cast.finance)


def _to_grantee(now: Today, application: Application) -> None:
    """The reader's NGO: the first tranche accounted for, the second can be asked for; a colleague's offer to sign is another's."""
    grant = _in_force(now, application, 230)
    granting.pay(now.cast, grant.tranches.get(number=1), now.bank, now.day(200))
    report = grant.reports.get(number=1)
    spent = grant.tranches.get(number=1).amount
    day = max(report.period_end + timedelta(days=1), now.day(30))
    if day < now.today:
        reporting.write(now.cast, report, spent, min(day, now.day(2)), persons=18)


def _to_confirm(now: Today, application: Application) -> None:
    """Offered: the NGO signs."""
    grant = granting.award(now.cast, application, _amount(application), now.day(40), starts_on=now.today + timedelta(days=20))
    grant = granting.certify(now.cast, grant, now.day(30))
    granting.offer(now.cast, grant, now.day(6))


def _to_approve(now: Today, application: Application) -> None:
    """Certified by the maker: the checker approves."""
    grant = _in_force(now, application, 80)
    tranche = granting.request(now.cast, grant.tranches.get(number=1), now.day(4))
    with clock.frozen(now.day(3)):
        payments.certify(tranche, by=now.cast.finance, paid_from=now.bank)


def _to_accept(now: Today, application: Application) -> None:
    """Paid; the NGO confirms the receipt."""
    grant = _in_force(now, application, 70)
    tranche = granting.request(now.cast, grant.tranches.get(number=1), now.day(16))
    with clock.frozen(now.day(15)):
        payment = payments.certify(tranche, by=now.cast.finance, paid_from=now.bank)
        payments.approve(payment, by=now.cast.checker)
    with clock.frozen(now.day(13)):
        payments.export(payment, by=now.cast.finance)
    with clock.frozen(now.day(11)):
        payments.settle(payment, by=now.cast.finance, on=now.day(11), bank_reference=f"OUT-{payment.reference}")


def _archived(now: Today) -> None:
    """A cancelled call."""
    call = calls.draft(
        now.cast,
        "Emergency window (cancelled)",
        f"VTF-{now.today.year}-0",
        drafted=now.day(300),
        opens=now.day(295),
        closes=now.day(280),
        available=usd(100_000),
    )
    with clock.frozen(now.day(299)):
        from grants.calls import actions

        actions.cancel(call, by=now.cast.programme)


def _deciding(now: Today) -> None:
    """Every mark is in; the Board's session is open."""
    call = _call(now, "Legal help and compensation", "2", 120, 85)
    _reviewed(now, call, [0, 1, 2, 3], 88)
    reviewing.open_session(now.cast, call, now.day(10), declared=False)


def _in_review(now: Today) -> None:
    """A blind call: assigned, some conflicts still to be declared, some marks in."""
    call = _call(now, "Help for children who were exploited", "3", 70, 40, blind=True)
    found = [_apply(now, call, number, 44) for number in (2, 3, 4, 7)]
    calls.close(call)
    reviewing.screen(now.cast, found, now.day(32))
    reviewing.assign(now.cast, found, now.day(20))


def _to_screen(now: Today) -> None:
    """Closed last week: to be screened; one applicant was asked something."""
    call = _call(now, "Training and a first income", "4", 45, 6)
    found = [_apply(now, call, number, 9) for number in (0, 1, 8)]
    calls.close(call)
    with clock.frozen(now.day(3)):
        applications.ask_clarification(
            found[0],
            by=now.cast.programme,
            question="Which of the two budgets is the right one? (invented)",
            due_on=now.today + timedelta(days=7),
        )


def _open(now: Today) -> None:
    """Open now: one complete draft, one begun."""
    call = _call(now, "Small grants for front-line help", "5", 20, -25)
    complete = applying.begin(now.cast, call, now.ngos[4], now.day(10))
    applying.write(now.cast, complete, NGOS[4], now.day(4), starts_on=now.today + timedelta(days=120), months=12, number=4)
    applying.begin(now.cast, call, now.ngos[5], now.day(3))


def _draft(now: Today) -> None:
    """Written, not published yet."""
    calls.draft(
        now.cast,
        "Small grants of next year",
        f"VTF-{now.today.year + 1}-1",
        drafted=now.day(2),
        opens=now.today + timedelta(days=30),
        closes=now.today + timedelta(days=75),
        available=usd(500_000),
    )
