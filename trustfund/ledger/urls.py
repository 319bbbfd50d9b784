from django.urls import path

from trustfund.ledger import cost_views, views

app_name = "ledger"
urlpatterns = [
    path("", views.index, name="index"),
    path("accounts/<slug:code>/", views.account, name="account"),
    path("entries/", views.entries, name="entries"),
    path("entries/<int:pk>/", views.entry, name="entry"),
    path("headroom/", views.headroom, name="headroom"),
    path("costs/", cost_views.index, name="costs"),
    path("costs/<int:pk>/", cost_views.month, name="costs_month"),
    path("costs/<int:pk>/allocate/", cost_views.allocate, name="costs_allocate"),
    path("banks/", views.banks, name="banks"),
    path("banks/new/", views.new_bank, name="new_bank"),
    path("rates/", views.rates, name="rates"),
    path("rates/import/", views.import_rates, name="import_rates"),
    path("rates/new/", views.new_rate, name="new_rate"),
    path("periods/", views.periods, name="periods"),
    path("periods/open/", views.open_year, name="open_year"),
    path("check/", views.check, name="check"),
]
