from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "trustfund.statements"

    def ready(self) -> None:
        from trustfund.ledger import checks
        from trustfund.ledger.closed import marks
        from trustfund.people import home, navigation
        from trustfund.statements import budget, cash_flow, net_assets, notes, pooled
        from trustfund.statements import home as room
        from trustfund.statements.verification import issued, statements, texts
        from trustfund.ui.acts import name_acts

        for statement in (cash_flow, net_assets, pooled, budget, notes):
            marks.register(statement.KEYS.marks)
        checks.register(statements)
        checks.register(texts)
        checks.register(issued)
        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
