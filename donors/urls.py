"""The rooms of this app, each under its own prefix."""

from django.urls import include, path

urlpatterns = [
    path("donors/", include("donors.donors.urls")),
    path("pledges/", include("donors.pledges.urls")),
    path("contributions/", include("donors.contributions.urls")),
    path("portal/", include("donors.portal.urls")),
]
