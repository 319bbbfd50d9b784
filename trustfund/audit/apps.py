from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "trustfund.audit"

    def ready(self) -> None:
        from trustfund import health
        from trustfund.audit.health import head_agrees

        health.register("audit", head_agrees)
