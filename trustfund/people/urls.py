"""Pages about people: home, invitations, users and roles."""

from django.urls import URLPattern

app_name = "people"
urlpatterns: list[URLPattern] = []
