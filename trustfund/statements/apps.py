from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "trustfund.statements"

    def ready(self) -> None:
        from trustfund.ledger import checks, marks
        from trustfund.people import navigation
        from trustfund.statements import cash_flow, home, net_assets, pooled
        from trustfund.statements.verification import statements

        for room in (cash_flow, net_assets, pooled):
            marks.register(room.KEYS.marks)
        navigation.register(home.destinations)
        checks.register(statements)
