from django.apps import AppConfig


class DonorsConfig(AppConfig):
    name = "donors"

    def ready(self) -> None:
        from donors.contributions import bank
        from donors.contributions import home as contributions_home
        from donors.donors import actions
        from donors.donors import home as donors_home
        from donors.pledges import dues, recognition
        from donors.pledges import home as pledges_home
        from donors.portal import home as portal_home
        from donors.words import ACTS
        from trustfund.banking import hooks as banking
        from trustfund.people import duties, home, invitations, navigation
        from trustfund.statements import dues as statement_dues
        from trustfund.statements import policies
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
        policies.register(recognition.paragraphs)
        banking.name(bank.words)
        banking.offer(bank.offers)
        name_acts(ACTS)
