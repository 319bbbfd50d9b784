from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "trustfund.ui"
