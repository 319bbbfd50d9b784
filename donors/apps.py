from django.apps import AppConfig


class DonorsConfig(AppConfig):
    name = "donors"

    def ready(self) -> None:
        from donors.acts import ACTS
        from donors.contributions import bank, documents, facts, verification
        from donors.contributions import home as contributions_home
        from donors.donors import actions
        from donors.donors import home as donors_home
        from donors.pledges import closing as pledges_closing
        from donors.pledges import dues, forecast, recognition
        from donors.pledges import home as pledges_home
        from donors.portal import home as portal_home
        from trustfund.banking import hooks as banking
        from trustfund.closings import checks as closing_checks
        from trustfund.ledger import checks, evidence
        from trustfund.ledger.funding import conditions
        from trustfund.people import duties, home, invitations, navigation
        from trustfund.statements import dues as statement_dues
        from trustfund.statements import policies
        from trustfund.treasury import dues as treasury
        from trustfund.ui.acts import name_acts

        rooms = [
            donors_home,
            pledges_home,
            contributions_home,
            portal_home,
        ]
        for room in rooms:
            home.register(room.items)
            navigation.register(room.destinations)
        duties.register(donors_home.against_a_role)
        invitations.register(actions.PURPOSE, actions.accept_contact)
        statement_dues.register(dues.due_dates)
        closing_checks.register(pledges_closing.CHECK)
        treasury.register_conditional(forecast.conditional)
        policies.register(recognition.paragraphs)
        banking.name(bank.words)
        banking.describe(bank.about)
        banking.offer(bank.offers)
        conditions.revenue_by(actions.revenue_account)
        name_acts(ACTS)
        checks.register(verification.receivables)
        checks.register(verification.contributions)
        checks.register(facts.contributions_on_record)
        evidence.register("donors.contribution", documents.of_contribution)
        evidence.register("donors.pledge", documents.of_pledge)
