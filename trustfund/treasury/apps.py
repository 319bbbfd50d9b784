from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    name = "trustfund.treasury"

    def ready(self) -> None:
        from trustfund.people import home, navigation
        from trustfund.treasury import home as room

        home.register(room.items)
        navigation.register(room.destinations)
