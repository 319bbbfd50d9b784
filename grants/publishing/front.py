"""The public front page, at the root."""

from django.urls import path

from grants.publishing import views

urlpatterns = [path("", views.front, name="front")]
