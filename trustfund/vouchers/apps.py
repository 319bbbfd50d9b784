from django.apps import AppConfig


class VouchersConfig(AppConfig):
    name = "trustfund.vouchers"

    def ready(self) -> None:
        from trustfund.ledger import checks, evidence, shown
        from trustfund.people import home, navigation
        from trustfund.ui.acts import name_acts
        from trustfund.vouchers import home as room
        from trustfund.vouchers.documents import documents
        from trustfund.vouchers.prepared.registry import EVENTS
        from trustfund.vouchers.verification import vouchers, vouchers_on_record

        checks.register(vouchers)
        checks.register(vouchers_on_record)
        evidence.register("vouchers.voucher", documents)
        if room.reversing not in shown.acts:
            shown.acts.append(room.reversing)
        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
        name_acts({f"voucher.{name}": event.title for name, event in EVENTS.items()})
