from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "trustfund.budgets"

    def ready(self) -> None:
        from trustfund.budgets import home as room
        from trustfund.people import home, navigation
        from trustfund.ui.acts import name_acts

        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
