from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "trustfund.budgets"

    def ready(self) -> None:
        from trustfund.budgets import home as room
        from trustfund.budgets.verification import budgets
        from trustfund.ledger import checks
        from trustfund.people import home, navigation
        from trustfund.ui.acts import name_acts

        checks.register(budgets)
        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
