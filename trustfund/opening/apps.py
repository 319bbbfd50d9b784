from django.apps import AppConfig


class OpeningConfig(AppConfig):
    name = "trustfund.opening"

    def ready(self) -> None:
        from trustfund.opening import home as room
        from trustfund.people import home, navigation
        from trustfund.ui.acts import name_acts

        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
