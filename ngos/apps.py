from django.apps import AppConfig


class NgosConfig(AppConfig):
    name = "ngos"

    def ready(self) -> None:
        from ngos.bank_accounts import home as bank_accounts_home
        from ngos.due_diligence import home as due_diligence_home
        from ngos.organisations import home as organisations_home
        from ngos.screening import home as screening_home
        from trustfund.people import home, navigation

        rooms = [
            organisations_home,
            bank_accounts_home,
            due_diligence_home,
            screening_home,
        ]
        for room in rooms:
            home.register(room.items)
            navigation.register(room.destinations)
