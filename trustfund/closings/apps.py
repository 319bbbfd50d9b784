from django.apps import AppConfig


class ClosingsConfig(AppConfig):
    name = "trustfund.closings"

    def ready(self) -> None:
        from trustfund.closings import checks, items
        from trustfund.closings import home as room
        from trustfund.closings.verification import year_ends_on_record
        from trustfund.ledger import checks as books
        from trustfund.people import home
        from trustfund.ui.acts import name_acts

        checks.register(*items.CHECKS)
        books.register(year_ends_on_record)
        home.register(room.items)
        name_acts(room.ACTS)
