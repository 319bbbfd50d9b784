"""The Fund of the scenario: its people, its bank accounts, and short verbs for the real acts, each on its day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from donors.contributions import actions as contributions
from donors.contributions.models import Contribution
from donors.donors import actions as donors
from donors.donors.models import Donor
from donors.pledges import actions as pledges
from donors.pledges.models import Instalment, Pledge
from grants.agreements.models import Grant
from grants.closing import actions as closing
from grants.payments import actions as payments
from grants.payments.models import Payment
from grants.reports import actions as reports
from grants.reports.models import Report
from grants.tranches import actions as tranches
from tests.factories.agreements import make_grant
from tests.factories.donors import PDF, make_document
from tests.factories.ngos import make_ready_organisation, make_screening, owner_of
from tests.factories.people import make_user
from tests.factories.reports import fill
from trustfund import clock
from trustfund.budgets import actions as budgets
from trustfund.closings import actions as closings
from trustfund.closings import checks
from trustfund.ledger import actions as books
from trustfund.ledger import balances, tags
from trustfund.ledger.models import FundWindow, Period, Subaccount, Tag
from trustfund.ledger.proposals import actions as proposals
from trustfund.money import Money, usd
from trustfund.opening import actions as opening
from trustfund.opening.workbook import written
from trustfund.people.roles import Role
from trustfund.vouchers import actions as vouchers
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.prepared.registry import EVENTS
from trustfund.vouchers.rules import Content, Row
from trustfund.workflow import lock

YEAR = 2026
_number = count(1)


def day(month: int, of_month: int, year: int = YEAR) -> date:
    return date(year, month, of_month)


class Fund:
    """People who are never each other's checker, two bank accounts, two years that are open; what has happened is in its attributes."""

    @transaction.atomic
    def __init__(self) -> None:
        lock(FundWindow.objects.get())  # the story is one transaction, and this row alone was there before it
        self.manager, self.programme, self.finance, self.checker = (
            make_user(role, name=name)
            for role, name in [
                (Role.MANAGER, "Mira Manager"), (Role.PROGRAMME, "Paul Programme"), (Role.FINANCE, "Fina Finance"),
                (Role.APPROVER, "Adam Approver"),
            ]
        )  # fmt: skip
        with clock.frozen(day(1, 5)):
            books.open_year(YEAR - 1, by=self.finance)
            books.open_year(YEAR, by=self.finance)
            books.open_year(YEAR + 1, by=self.finance)
            self.dollars = books.open_bank(code="BANK-USD", name="Bank in Vienna", currency="USD", by=self.finance)
            self.euros = books.open_bank(code="BANK-EUR", name="Bank in Vienna", currency="EUR", by=self.finance)
            self.general, self.emergency = FundWindow.objects.get(), self._window("emergency", "Emergencies")
            self.children: Tag = tags.create("children", "For children", Tag.Kind.THEME, by=self.manager)
        self.donors: dict[str, Donor] = {}
        self.pledges: dict[str, Pledge] = {}
        self.grants: dict[str, Grant] = {}

    def _window(self, code: str, name: str) -> FundWindow:
        """Finance proposes to open it, the fund manager agrees."""
        proposed = proposals.propose_window(code=code, name=name, purpose="What can't wait.", by=self.finance)
        proposals.adopt_window(proposed, by=self.manager)
        return FundWindow.objects.get(pk=code)

    def takes_over(self, on: date, **sheets: list[list[Any]]) -> None:
        """A fund that existed before: its workbook with the balances of the last audited day, by two people."""
        with clock.frozen(on):
            staged = opening.stage("before.xlsx", written(sheets), audited_on=day(12, 31, YEAR - 1), by=self.finance)
            opening.approve(staged, by=self.checker)

    def budget(self, on: date, *, reason: str = "", **amounts: str) -> None:
        """The approved budget of the general window, or a revision with its document, by two people."""
        with clock.frozen(on):
            lines = [budgets.Row(line, usd(amount)) for line, amount in amounts.items()]
            made = budgets.draft(self.general, YEAR, lines, by=self.finance, reason=reason)
            made = budgets.attach(made, by=self.finance, upload=ContentFile(PDF, name="minute.pdf"))
            budgets.approve(budgets.submit(made, by=self.finance), by=self.manager)

    def closes_month(self, on: date, number: int) -> None:
        """By the list: what a person must see is looked at, what is open stands with a reason; one confirms it, another closes."""
        period = Period.objects.get(year=YEAR, number=number)
        with clock.frozen(on):
            for status in checks.statuses(period):
                if status.check.find is None and status.found is None:
                    closings.review(period, status.key, by=self.finance, note="Nothing is overdue.")
            reasons = {status.key: "It is known." for status in checks.statuses(period) if status.state == "open"}
            closings.propose(period, by=self.finance, reasons=reasons)
            closings.close(Period.objects.get(pk=period.pk), by=self.checker)

    # Rates

    def rates(self, on: date, **values: str) -> None:
        """The United Nations' rates of a month, units per USD."""
        with clock.frozen(on):
            found = [(currency, on, Decimal(value)) for currency, value in values.items()]
            books.add_rates(found, source="Treasury", by=self.finance)

    # Donors

    def donor(self, name: str, kind: str, country: str, on: date) -> Donor:
        with clock.frozen(on):
            self.donors[name] = donors.register(by=self.manager, name=name, kind=kind, country=country)
        return self.donors[name]

    def announces(self, name: str, on: date, *parts: tuple[date, Money], psc: str = "0", **terms: Any) -> Pledge:
        """A pledge in instalments (due date, amount)."""
        amount = Money(sum(part.amount for _due, part in parts), parts[0][1].currency)
        with clock.frozen(on):
            made = pledges.announce(
                self.donors[name], by=self.manager, on=on, amount=amount, instalments=parts, psc_rate=Decimal(psc), **terms
            )
        self.pledges[name] = made
        return made

    def signs(self, name: str, on: date) -> Pledge:
        """The agreement is signed, and finance takes it into the books on the same day."""
        with clock.frozen(on):
            made = pledges.sign(self.pledges[name], by=self.manager, on=on, document=make_document(self.manager))
            return pledges.book(made, by=self.finance)

    def instalment(self, name: str, number: int = 1) -> Instalment:
        return self.pledges[name].instalments.get(number=number)

    def pays(self, name: str, on: date, amount: Money, *, number: int = 1, bank: Subaccount | None = None, **cash: Any) -> Contribution:
        """Cash on an instalment."""
        details = {**self._cash(on, amount, bank), **cash}
        with clock.frozen(on):
            return contributions.receive_on_instalment(self.instalment(name, number), by=self.finance, **details)

    def gives(self, name: str, on: date, amount: Money, *, psc: str, **cash: Any) -> Contribution:
        """A gift by bank without an agreement."""
        with clock.frozen(on):
            details = {**self._cash(on, amount, None), **cash}
            return contributions.receive_gift(self.donors[name], by=self.finance, psc_rate=Decimal(psc), **details)

    def receives_from_nobody(self, on: date, amount: Money) -> Contribution:
        with clock.frozen(on):
            return contributions.receive_unidentified(by=self.finance, **self._cash(on, amount, None))

    def identifies(self, receipt: Contribution, name: str, on: date) -> Contribution:
        with clock.frozen(on):
            return contributions.identify_as_gift(receipt, self.donors[name], by=self.finance, on=on, psc_rate=Decimal(0))

    def _cash(self, on: date, amount: Money, bank: Subaccount | None) -> dict[str, Any]:
        return {"bank": bank or self.dollars, "on": on, "amount": amount, "bank_reference": f"IN-{next(_number)}"}

    def on_pledge(self, act: Callable[..., Any], name: str, on: date) -> None:
        """The fund manager says that a condition is met, or lets a pledge lapse."""
        with clock.frozen(on):
            act(self.pledges[name], by=self.manager, on=on)

    def reduces(self, name: str, on: date, amount: Money, *, number: int) -> None:
        with clock.frozen(on):
            details = {"amount": amount, "reason": "Agreed with the donor.", "document": make_document(self.finance)}
            pledges.reduce(self.instalment(name, number), by=self.finance, on=on, **details)

    # Grants

    def grants_to(self, name: str, on: date, amount: Money, *, months: int) -> Grant:
        """Applied for, recommended, approved, certified, signed and countersigned on one day."""
        with clock.frozen(on):
            organisation = make_ready_organisation(name=name)
            self.grants[name] = make_grant(
                amount=amount, organisation=organisation, funded=False, starts_on=on, months=months, title=f"{name}, 2026"
            )
        return self.grants[name]

    def pays_tranche(self, name: str, on: date, number: int) -> Payment:
        """Asked for, found in order, certified, approved, ordered and paid on one day."""
        grant, finance = self.grants[name], self.finance
        with clock.frozen(on):
            make_screening(grant.organisation)
            tranche = grant.tranches.get(number=number)
            if tranche.state != "ready":
                tranche = tranches.request(tranche, by=owner_of(grant.organisation), needs="As planned.")
                tranche = tranches.make_ready(tranche, by=self.programme)
            payment = payments.certify(tranche, by=finance, paid_from=self.dollars)
            payment = payments.approve(payment, by=self.checker)
            payment = payments.export(payment, by=finance)
            return payments.settle(payment, by=finance, on=on, bank_reference=f"OUT-{payment.reference}")

    def bank_returns(self, payment: Payment, on: date, *, charges: Money) -> None:
        with clock.frozen(on):
            payments.return_(payment, by=self.finance, on=on, bank_reference=f"BACK-{payment.reference}", charges=charges)

    def reports(self, name: str, on: date, spent: Money, *, number: int = 1, disallowed: int | None = None) -> Report:
        """Written, submitted and accepted, but for the row with the number `disallowed`; two thirds of `spent` stand in row 1."""
        report = self.grants[name].reports.get(number=number)
        with clock.frozen(on):
            report = reports.submit(fill(report, spent), by=owner_of(report.grant.organisation))
            report = reports.accept_substance(report, by=self.programme)
            rows = report.expenditures.filter(number=disallowed) if disallowed else report.expenditures.none()
            return reports.accept(report, by=self.finance, disallowed={row.pk: "No receipt." for row in rows})

    def refunded_by(self, name: str, on: date, amount: Money) -> None:
        grant = self.grants[name]
        grant.refresh_from_db()
        with clock.frozen(on):
            details = {"received_on": on, "bank": self.dollars, "bank_reference": f"REFUND-{next(_number)}"}
            closing.enter_refund(grant.closure, by=self.finance, amount=amount, **details)

    def closes(self, name: str, on: date) -> None:
        """Two people close a grant."""
        with clock.frozen(on):
            closure = closing.prepare(self.grants[name].closure, by=self.finance)
            closing.confirm(closure, by=self.checker)

    # Vouchers

    def voucher(self, on: date, narrative: str, *rows: Row, kind: str = "entry") -> Voucher:
        """Made by finance, approved by another person."""
        with clock.frozen(on):
            made = vouchers.draft(Content(kind, on, "general", list(rows)), by=self.finance, narrative=narrative)
            return vouchers.approve(vouchers.submit(made, by=self.finance), by=self.checker)

    def reverses(self, voucher: Voucher, on: date, why: str) -> None:
        with clock.frozen(on):
            mirror = vouchers.reverse(voucher, by=self.finance, date=on, narrative=why)
        self.approves(mirror, on)

    def approves(self, voucher: Voucher, on: date) -> None:
        """A draft that was proposed is submitted first."""
        with clock.frozen(on):
            voucher = vouchers.submit(voucher, by=self.finance) if voucher.state == "draft" else voucher
            vouchers.approve(voucher, by=self.checker)

    def prepared(self, on: date, event: str, **inputs: Any) -> Voucher:
        """Worked out from the books for finance, approved by another person."""
        with clock.frozen(on):
            made = vouchers.prepare(EVENTS[event], {"date": on, **inputs}, by=self.finance, narrative=event)
            return vouchers.approve(vouchers.submit(made, by=self.finance), by=self.checker)


def balances_on(on: date) -> dict[str, str]:
    """Every account that has a balance at the end of a day, closing entries left out: debits less credits, in USD."""
    rows = balances.trial_balance(on, closing=False)
    return {row.account.code: f"{row.balance.amount:,.2f}" for row in rows if row.balance}


def debit(account: str, amount: Money, of: Subaccount | None = None) -> Row:
    return Row(account, "debit", amount, of)


def credit(account: str, amount: Money, of: Subaccount | None = None) -> Row:
    return Row(account, "credit", amount, of)


@contextmanager
def told(story: Callable[[Fund], None]) -> Iterator[Fund]:
    """The Fund after the whole story, on a day when all of it has happened."""
    fund = Fund()
    story(fund)
    with clock.frozen(date(YEAR + 1, 1, 31) + timedelta(days=1)):
        yield fund


__all__ = ["YEAR", "Fund", "Row", "balances_on", "credit", "day", "debit", "told", "usd"]
