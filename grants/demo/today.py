"""The Fund today: a call in every state and a grant at every step, so that everybody finds work on their first page. All invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile

from grants.agreements.models import Grant
from grants.applications import actions as applications
from grants.applications.models import Application
from grants.calls.models import Policy
from grants.demo import applying, batches, calls, facts, granting, organisations, papers, reporting, reviewing
from grants.demo.cast import Cast
from grants.payments import actions as payments
from grants.payments.models import Payment
from grants.reports import actions as reports
from grants.reports.disallowances import actions as disallowances
from grants.reports.models import Report
from grants.tranches import actions as tranches
from ngos.organisations.models import Organisation
from trustfund import clock
from trustfund.ledger.models import Subaccount
from trustfund.money import usd

NGOS = facts.INVENTED[3:]
GRANTEE, APPLICANT = "ngo@demo.example", "applicant@demo.example"


Step = Callable[["Today", Application], None]


class Today:
    """What the functions below share: the people, the bank account, the NGOs and the day."""

    def __init__(self, cast: Cast, bank: Subaccount, today: date) -> None:
        self.cast, self.bank, self.today = cast, bank, today
        self.ngos: list[Organisation] = []
        self.approved: list[Payment] = []

    def day(self, ago: int) -> date:
        """So many days ago."""
        return self.today - timedelta(days=ago)


def run(cast: Cast, bank: Subaccount, today: date) -> None:
    """Everything of this year."""
    now = Today(cast, bank, today)
    _register(now)
    _decided_last_year(now)
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
        organisation = organisations.register(now.cast, ngo, now.day(400), number=50 + number, email=emails.get(number, ""))
        now.ngos.append(organisation)
        if number != 6:
            organisations.clear(now.cast, organisation, now.day(390))
            organisations.bank_account(now.cast, organisation, now.day(380), currency="USD", number=900 + number)


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
        interim=3,
    )
    return calls.publish(now.cast, call, now.day(opened + 2))


def _apply(now: Today, call: Any, number: int, ago: int, *, months: int = 9) -> Application:
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


def _decided_last_year(now: Today) -> None:
    """Six awards: two with reports at the Fund, one to countersign, one whose tranche is asked for, one of whose expenditure a part was
    disallowed, one whose bank refuses.
    """
    call = _call(now, "Health and counselling", "7", 370, 345)
    steps = {0: _to_read, 1: _to_accept, 2: _to_countersign, 3: _to_make_ready, 7: _to_pay_back, 8: _to_refuse}
    _award(now, call, steps, 348, 310)


def _decided(now: Today) -> None:
    """Eight awards, each stopped at another step."""
    call = _call(now, "Direct help in shelters and on the way home", "1", 305, 275)
    steps = {
        0: _to_award,
        1: _to_confirm,
        2: _to_offer,
        3: _to_settle,
        4: _to_report,
        5: _to_sign,
        7: _to_approve,
        8: _to_certify,
    }
    _award(now, call, steps, 278, 240)


def _award(now: Today, call: Any, steps: Mapping[int, Step], applied: int, decided: int) -> None:
    """Applications of some NGOs, all recommended, each taken to its step."""
    found = _reviewed(now, call, list(steps), applied)
    amounts = {application.pk: _amount(application) for application in found}
    reviewing.decide(now.cast, call, now.day(decided), recommended=amounts, reserve=[])
    for step, application in zip(steps.values(), found, strict=True):
        step(now, application)


def _amount(application: Application) -> Any:
    return usd(next(ngo.amount for ngo in NGOS if ngo.name == application.organisation.name))


def _in_force(now: Today, application: Application, ago: int) -> Grant:
    """Both sides signed; it began so many days ago."""
    return granting.bring_into_force(now.cast, application, _amount(application), now.day(ago), starts_on=now.day(ago))


def _reporting(now: Today, application: Application, ago: int) -> Report:
    """The first tranche was paid, its report is written."""
    grant = _in_force(now, application, ago)
    granting.pay(now.cast, grant.tranches.get(number=1), now.bank, now.day(ago - 25))
    report = grant.reports.get(number=1)
    day = report.period_end + timedelta(days=2)
    return reporting.write(now.cast, report, grant.tranches.get(number=1).amount, day, persons=18)


def _to_read(now: Today, application: Application) -> None:
    """The programme reads its report."""
    reporting.submit(now.cast, _reporting(now, application, 110), now.day(6))


def _to_accept(now: Today, application: Application) -> None:
    """Finance accepts its expenditure."""
    report = reporting.submit(now.cast, _reporting(now, application, 110), now.day(9))
    with clock.frozen(now.day(4)):
        reports.accept_substance(report, by=now.cast.programme)


def _to_pay_back(now: Today, application: Application) -> None:
    """Something of its accepted report was disallowed: the NGO pays back; of some more the checker decides."""
    report = reporting.submit(now.cast, _reporting(now, application, 150), now.day(50))
    report = reporting.accept(now.cast, report, now.day(45))
    found = ContentFile(papers.page("Findings of a visit (invented)"), name="visit.pdf")
    with clock.frozen(now.day(21)):
        made = reporting.disallow(now.cast, report, usd(420), "The contract was signed after the rent was paid (invented).", found)
    with clock.frozen(now.day(20)):
        disallowances.approve(made, by=now.cast.checker)
    with clock.frozen(now.day(5)):
        reporting.disallow(now.cast, report, usd(150), "The receipt is of another project (invented).")


def _to_countersign(now: Today, application: Application) -> None:
    """Signed by the NGO: the fund manager countersigns."""
    grant = granting.award(now.cast, application, _amount(application), now.day(30), starts_on=now.today + timedelta(days=10))
    grant = granting.certify(now.cast, grant, now.day(25))
    grant = granting.offer(now.cast, grant, now.day(20))
    granting.sign(now.cast, grant, now.day(2))


def _to_make_ready(now: Today, application: Application) -> None:
    """The NGO asks for its first tranche: the programme looks at the gates."""
    grant = _in_force(now, application, 40)
    organisations.screen(now.cast, grant.organisation, now.day(12))
    with clock.frozen(now.day(3)):
        tranches.request(grant.tranches.get(number=1), by=now.cast.owner(grant.organisation), needs="As planned (invented).")


def _to_award(now: Today, application: Application) -> None:
    """Recommended: the fund manager approves."""


def _to_certify(now: Today, application: Application) -> None:
    """Approved: finance certifies."""
    granting.award(now.cast, application, _amount(application), now.day(20), starts_on=now.today + timedelta(days=30))


def _to_offer(now: Today, application: Application) -> None:
    """Certified: the programme offers."""
    grant = granting.award(now.cast, application, _amount(application), now.day(30), starts_on=now.today + timedelta(days=30))
    granting.certify(now.cast, grant, now.day(12))


def _certified(now: Today, application: Application, ago: int) -> Any:
    """The payment of the first tranche, certified by finance so many days ago."""
    grant = _in_force(now, application, 70)
    tranche = granting.request(now.cast, grant.tranches.get(number=1), now.day(ago + 1))
    with clock.frozen(now.day(ago)):
        return payments.certify(tranche, by=now.cast.finance, paid_from=now.bank)


def _ordered(now: Today, application: Application, ago: int) -> Any:
    """The bank has the order."""
    payment = _certified(now, application, ago)
    with clock.frozen(now.day(ago - 1)):
        payments.approve(payment, by=now.cast.checker)
        return payments.export(payment, by=now.cast.finance)


def _approved(now: Today, application: Application, ago: int) -> Payment:
    """Certified so many days ago, and approved."""
    payment = _certified(now, application, ago)
    with clock.frozen(now.day(ago - 1)):
        return payments.approve(payment, by=now.cast.checker)


def _to_refuse(now: Today, application: Application) -> None:
    """Its first payment goes to the bank together with another one."""
    now.approved.append(_approved(now, application, 16))


def _to_settle(now: Today, application: Application) -> None:
    """The first tranche is with the bank."""
    _ordered(now, application, 8)


def _to_report(now: Today, application: Application) -> None:
    """The reader's NGO: its report is complete and can be submitted."""
    _reporting(now, application, 100)


def _to_sign(now: Today, application: Application) -> None:
    """Offered: the NGO signs."""
    grant = granting.award(now.cast, application, _amount(application), now.day(40), starts_on=now.today + timedelta(days=20))
    grant = granting.certify(now.cast, grant, now.day(30))
    granting.offer(now.cast, grant, now.day(6))


def _to_approve(now: Today, application: Application) -> None:
    """Certified by the maker: the checker approves."""
    _certified(now, application, 3)


def _to_confirm(now: Today, application: Application) -> None:
    """Paid in a batch, of which the bank refused the other payment; the NGO confirms the receipt."""
    payment = _approved(now, application, 15)
    (refused,) = now.approved
    batches.describe(now, 14)
    batches.send(now, payment, refused, 13)
    batches.send_again(now, refused, 5)


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
        policy=Policy.OUTRIGHT,
    )
