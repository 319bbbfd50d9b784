from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "trustfund.statements"

    def ready(self) -> None:
        from trustfund.people import navigation
        from trustfund.statements import home

        navigation.register(home.destinations)
