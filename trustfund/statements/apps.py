from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "trustfund.statements"

    def ready(self) -> None:
        from trustfund.ledger import checks
        from trustfund.people import navigation
        from trustfund.statements import home
        from trustfund.statements.verification import statements

        navigation.register(home.destinations)
        checks.register(statements)
