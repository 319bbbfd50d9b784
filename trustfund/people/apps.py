from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "trustfund.people"

    def ready(self) -> None:
        from trustfund import ticking
        from trustfund.people import entries, invitations, navigation, upkeep
        from trustfund.ui.acts import name_acts

        name_acts(entries.ACTS)
        navigation.register(entries.destinations)
        ticking.register(upkeep.forget_what_is_over)
        invitations.register("people.role", invitations.give_invited_role)
