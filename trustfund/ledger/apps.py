from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "trustfund.ledger"

    def ready(self) -> None:
        from trustfund import health
        from trustfund.ledger import home as room
        from trustfund.ledger.closed import marks
        from trustfund.ledger.funding import costs
        from trustfund.ledger.health import head_agrees
        from trustfund.people import home, navigation
        from trustfund.ui.acts import name_acts

        marks.register(costs.MARKS)
        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
        health.register("ledger", head_agrees)
