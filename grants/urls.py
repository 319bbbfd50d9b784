"""The rooms of this app, each under its own prefix."""

from django.urls import include, path

urlpatterns = [
    path("calls/", include("grants.calls.urls")),
    path("applications/", include("grants.applications.urls")),
    path("reviews/", include("grants.reviews.urls")),
    path("decisions/", include("grants.decisions.urls")),
    path("agreements/", include("grants.agreements.urls")),
    path("outcomes/", include("grants.outcomes.urls")),
    path("reports/disallowed/", include("grants.reports.disallowances.urls")),
    path("reports/", include("grants.reports.urls")),
    path("tranches/", include("grants.tranches.urls")),
    path("payments/batches/", include("grants.payments.batches.urls")),
    path("payments/", include("grants.payments.urls")),
    path("closing/", include("grants.closing.urls")),
    path("awarded/", include("grants.publishing.urls")),
]
