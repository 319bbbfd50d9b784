from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "trustfund.mail"

    def ready(self) -> None:
        from trustfund import health, ticking
        from trustfund.mail import upkeep

        ticking.register(upkeep.take_up_mail)
        ticking.register(upkeep.tidy_tasks)
        health.register("outbox", upkeep.outbox_reading)
        health.register("tasks", upkeep.tasks_reading)
