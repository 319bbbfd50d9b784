from django.apps import AppConfig


class BankingConfig(AppConfig):
    name = "trustfund.banking"

    def ready(self) -> None:
        from trustfund.banking import asserting, documents, hooks, vouchering
        from trustfund.banking import home as room
        from trustfund.banking.verification import bank_matches
        from trustfund.ledger import checks, evidence
        from trustfund.ledger.exports import currencies
        from trustfund.people import home, navigation
        from trustfund.ui.acts import name_acts

        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
        currencies.register(asserting.closings)
        checks.register(bank_matches)
        evidence.register_for_entries(documents.documents)
        hooks.name(vouchering.words)
        hooks.describe(vouchering.about)
