from django.apps import AppConfig


class BankingConfig(AppConfig):
    name = "trustfund.banking"

    def ready(self) -> None:
        from trustfund.banking import home as room
        from trustfund.banking import hooks, vouchering
        from trustfund.people import home, navigation
        from trustfund.ui.acts import name_acts

        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
        hooks.name(vouchering.words)
