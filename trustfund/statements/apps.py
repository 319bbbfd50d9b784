from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "trustfund.statements"

    def ready(self) -> None:
        from trustfund.people import home, navigation
        from trustfund.statements import home as room
        from trustfund.ui.acts import name_acts

        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
