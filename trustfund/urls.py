"""The front door: the one module of the ground that knows every room."""

from django.conf import settings
from django.urls import include, path

from trustfund.people import views as people

urlpatterns = [
    path("", include("grants.publishing.front")),
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

if settings.DEBUG:
    urlpatterns += []
