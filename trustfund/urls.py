"""The front door: the one module of the ground that knows every room."""

from django.urls import include, path

from trustfund import health
from trustfund.people import views as people
from trustfund.ui import styleguide

urlpatterns = [
    path("", include("grants.publishing.front")),
    path("healthz", health.healthz, name="healthz"),
    path("home/", people.home, name="home"),
    path("people/", include("trustfund.people.urls")),
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("books/", include("trustfund.ledger.urls")),
    path("statements/", include("trustfund.statements.urls")),
    path("ngos/", include("ngos.urls")),
    path("donors/", include("donors.urls")),
    path("grants/", include("grants.urls")),
]
