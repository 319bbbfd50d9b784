from typing import Any

from django.apps import AppConfig


def rows_of(grant: Any) -> list[Any]:
    """What of the later rooms moves when a grant ends or is open again: its tranches, its payments, its reports, its closing."""
    closing = [grant.closure] if hasattr(grant, "closure") else []
    return [*grant.tranches.all(), *grant.payments.all(), *grant.reports.all(), *closing]


class GrantsConfig(AppConfig):
    name = "grants"

    def ready(self) -> None:
        from grants import acts
        from grants.agreements import home as agreements_home
        from grants.applications import home as applications_home
        from grants.calls import home as calls_home
        from grants.closing import home as closing_home
        from grants.decisions import home as decisions_home
        from grants.outcomes import home as outcomes_home
        from grants.payments import home as payments_home
        from grants.payments.batches import home as batches_home
        from grants.publishing import home as publishing_home
        from grants.reports import home as reports_home
        from grants.reports.disallowances import home as disallowances_home
        from grants.reviews import home as reviews_home
        from grants.tranches import home as tranches_home
        from trustfund.people import home, navigation
        from trustfund.ui.acts import name_acts

        rooms = [
            calls_home,
            applications_home,
            reviews_home,
            decisions_home,
            agreements_home,
            outcomes_home,
            reports_home,
            disallowances_home,
            tranches_home,
            payments_home,
            batches_home,
            closing_home,
            publishing_home,
        ]
        for room in rooms:
            home.register(room.items)
            navigation.register(room.destinations)
        self.connect_books()
        self.connect_calls()
        self.connect_selection()
        self.connect_grants()
        name_acts(acts.WORDS)
        self.connect_reports()
        self.connect_banks()
        self.connect_auditors()
        self.connect_treasury()

    def connect_books(self) -> None:
        """The year-end estimate is told the terms of grants, a write-off what payments under way keep from NGOs."""
        from grants.agreements import terms
        from grants.payments import actions as payments
        from trustfund.vouchers.prepared import estimate, impairment

        estimate.register(terms.terms_of)
        impairment.kept_by(payments.kept_of, payments.locked_of)

    def connect_calls(self) -> None:
        """Calls close by the clock; applicants are told when a deadline comes near or moves, and when a call is cancelled."""
        from grants.applications import notices
        from grants.calls import actions, hooks
        from trustfund import ticking

        ticking.register(actions.close_due)
        ticking.register(notices.remind)
        hooks.listen(hooks.on_extended, notices.extended)
        hooks.listen(hooks.on_cancelled, notices.cancelled)

    def connect_selection(self) -> None:
        """Reviewers see what they score, trustees what is before the Board; whoever has a conflict of interest sees nothing of it."""
        from grants.applications import links, visibility
        from grants.decisions import seeing as decisions
        from grants.reviews import seeing as reviews

        visibility.register(reviews.include, reviews.exclude)
        visibility.register(decisions.include)
        links.register(decisions.links)

    def connect_grants(self) -> None:
        """What a grant's acts tell its tranches, payments and closing; the tabs of its page; offers lapse by the clock."""
        from grants.agreements import home as agreements_home
        from grants.agreements import hooks, tabs
        from grants.agreements.actions import follow_organisation, lapse_offers
        from grants.closing import actions as closing
        from grants.closing import home as closing_home
        from grants.payments import actions as payments
        from grants.payments import acts as payment_acts
        from grants.payments import home as payments_home
        from grants.tranches import actions as tranches
        from grants.tranches import acts as tranche_acts
        from grants.tranches import home as tranches_home
        from ngos.organisations import hooks as organisations
        from trustfund import ticking

        organisations.listen(follow_organisation)
        hooks.listen(hooks.moved, rows_of)
        hooks.listen(hooks.to_pay, payments.under_way)
        hooks.listen(hooks.on_active, tranches.lay_out)
        hooks.listen(hooks.on_terminated, payments.stop_all)
        hooks.listen(hooks.on_terminated, tranches.stop)
        hooks.listen(hooks.on_reporting_closed, closing.begin)
        hooks.listen(hooks.on_reopened, closing.reopen)
        tranche_acts.register(payment_acts.of_tranche)
        for room in (agreements_home, tranches_home, payments_home, closing_home):
            tabs.register(room.tab)
        ticking.register(lapse_offers)

    def connect_reports(self) -> None:
        """Reports are laid out when an agreement comes into force, shown as a tab of the grant, and reminded of by the clock."""
        from grants.agreements import hooks, tabs
        from grants.reports import actions, home
        from grants.reports import plans as budgets
        from trustfund import ticking
        from trustfund.statements import plans

        plans.register(budgets.plan_of)
        hooks.listen(hooks.on_active, actions.lay_out)
        hooks.listen(hooks.on_terminated, actions.drop_open)
        tabs.register(home.tab)
        ticking.register(actions.remind)

    def connect_banks(self) -> None:
        """A line of a bank's statement may be a payment that was ordered, or one that came back."""
        from grants.payments import bank, closing
        from trustfund.banking import hooks
        from trustfund.closings import checks

        hooks.name(bank.words)
        hooks.describe(bank.about)
        hooks.offer(bank.offers)
        hooks.expect(bank.likely)
        checks.register(*closing.CHECKS)

    def connect_auditors(self) -> None:
        """What `check_books` compares with the books, and what stands behind their entries."""
        from grants.closing import documents, verification
        from trustfund.ledger import checks, evidence

        for check in verification.CHECKS:
            checks.register(check)
        evidence.register("grants.grant", documents.of_grant)
        evidence.register("grants.payment", documents.of_payment)
        evidence.register("grants.report", documents.of_report)
        evidence.register("grants.closure", documents.of_closure)
        evidence.register("grants.disallowance", documents.of_disallowance)

    def connect_treasury(self) -> None:
        """The forecast of cash knows what is still to be paid."""
        from grants.tranches import forecast
        from trustfund.treasury import dues

        dues.register_payments(forecast.dues)
