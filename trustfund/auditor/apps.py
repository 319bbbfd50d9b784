from django.apps import AppConfig


class AuditorConfig(AppConfig):
    name = "trustfund.auditor"

    def ready(self) -> None:
        from trustfund import ticking
        from trustfund.auditor import home as room
        from trustfund.auditor import jobs
        from trustfund.people import home, navigation
        from trustfund.ui.acts import name_acts

        home.register(room.items)
        navigation.register(room.destinations)
        name_acts(room.ACTS)
        ticking.register(jobs.work)
        ticking.register(jobs.expire)
