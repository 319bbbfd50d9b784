from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    name = "trustfund.treasury"

    def ready(self) -> None:
        from trustfund.ledger.closed import marks
        from trustfund.people import home, navigation
        from trustfund.treasury import delivery
        from trustfund.treasury import home as room

        marks.register(delivery.MARKS)
        home.register(room.items)
        navigation.register(room.destinations)
