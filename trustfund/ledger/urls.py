from django.urls import path

from trustfund.ledger import rate_views, views

app_name = "ledger"
urlpatterns = [
    path("", views.index, name="index"),
    path("accounts/<slug:code>/", views.account, name="account"),
    path("entries/", views.entries, name="entries"),
    path("entries/<int:pk>/", views.entry, name="entry"),
    path("headroom/", views.headroom, name="headroom"),
    path("banks/", views.banks, name="banks"),
    path("banks/new/", views.new_bank, name="new_bank"),
    path("rates/", views.rates, name="rates"),
    path("rates/import/", views.import_rates, name="import_rates"),
    path("rates/new/", views.new_rate, name="new_rate"),
    path("rates/others/", rate_views.others, name="other_rates"),
    path("rates/<int:pk>/", rate_views.detail, name="rate"),
    path("periods/", views.periods, name="periods"),
    path("periods/open/", views.open_year, name="open_year"),
    path("periods/<int:pk>/<slug:act>/", views.decide, name="decide"),
    path("check/", views.check, name="check"),
]
