"""The front door: the one module of the ground that knows every room."""

from django.conf import settings
from django.urls import include, path

from trustfund import health
from trustfund.people import account_views
from trustfund.people import views as people
from trustfund.ui import styleguide

handler500 = "trustfund.failing.server_error"

urlpatterns = [
    path("", include("grants.publishing.front")),
    path("healthz", health.healthz, name="healthz"),
    path("home/", people.home, name="home"),
    path("people/", include("trustfund.people.urls")),
    path("accounts/", include("trustfund.people.account_urls")),
    path("language/", account_views.set_language, name="set_language"),
    path("books/vouchers/", include("trustfund.vouchers.urls")),
    path("books/closing/", include("trustfund.closings.urls")),
    path("books/opening/", include("trustfund.opening.urls")),
    path("books/budgets/", include("trustfund.budgets.urls")),
    path("books/", include("trustfund.ledger.urls")),
    path("banking/", include("trustfund.banking.urls")),
    path("statements/", include("trustfund.statements.urls")),
    path("erp/", include("trustfund.erp.urls")),
    path("treasury/", include("trustfund.treasury.urls")),
    path("auditor/", include("trustfund.auditor.urls")),
    path("ngos/", include("ngos.urls")),
    path("donors/", include("donors.urls")),
    path("grants/", include("grants.urls")),
]

if settings.DEBUG:
    urlpatterns += [path("styleguide/", styleguide.page)]
