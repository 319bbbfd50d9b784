from django.apps import AppConfig


class OpeningConfig(AppConfig):
    name = "trustfund.opening"

    def ready(self) -> None:
        from trustfund.ledger import checks
        from trustfund.opening import home as room
        from trustfund.opening.verification import openings_on_record
        from trustfund.people import home, navigation
        from trustfund.ui.acts import name_acts

        checks.register(openings_on_record)
        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
