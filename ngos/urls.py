"""The rooms of this app, each under its own prefix."""

from django.urls import include, path

urlpatterns = [
    path("organisations/", include("ngos.organisations.urls")),
    path("bank-accounts/", include("ngos.bank_accounts.urls")),
    path("due-diligence/", include("ngos.due_diligence.urls")),
    path("screening/", include("ngos.screening.urls")),
]
