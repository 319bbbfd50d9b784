from django.apps import AppConfig


class NgosConfig(AppConfig):
    name = "ngos"

    def ready(self) -> None:
        from ngos import acts
        from ngos.bank_accounts import actions as bank_accounts
        from ngos.bank_accounts import home as bank_accounts_home
        from ngos.bank_accounts.verification import bank_accounts_on_record
        from ngos.due_diligence import home as due_diligence_home
        from ngos.organisations import actions as organisations
        from ngos.organisations import home as organisations_home
        from ngos.screening import home as screening_home
        from trustfund import ticking
        from trustfund.ledger import checks
        from trustfund.people import duties, home, invitations, navigation
        from trustfund.ui.acts import name_acts

        rooms = [
            organisations_home,
            bank_accounts_home,
            due_diligence_home,
            screening_home,
        ]
        for room in rooms:
            home.register(room.items)
            navigation.register(room.destinations)
        duties.register(organisations_home.reason_against_a_role)
        invitations.register(organisations.PURPOSE, organisations.accept_invitation)
        ticking.register(bank_accounts.activate_due)
        checks.register(bank_accounts_on_record)
        name_acts(acts.WORDS)
