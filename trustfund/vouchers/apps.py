from django.apps import AppConfig


class VouchersConfig(AppConfig):
    name = "trustfund.vouchers"

    def ready(self) -> None:
        from trustfund.ledger import checks
        from trustfund.people import home, navigation
        from trustfund.ui.acts import name_acts
        from trustfund.vouchers import home as room
        from trustfund.vouchers.verification import vouchers

        checks.register(vouchers)
        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
