"""The public front pages, at the root."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
