from django.apps import AppConfig


class ErpConfig(AppConfig):
    name = "trustfund.erp"

    def ready(self) -> None:
        from trustfund.erp import home as room
        from trustfund.people import navigation
        from trustfund.ui.acts import name_acts

        navigation.register(room.destinations)
        name_acts(room.ACTS)
