from django.urls import path

from trustfund.ledger import views
from trustfund.ledger.exchange import rate_views
from trustfund.ledger.funding import cost_views
from trustfund.ledger.proposals import views as proposals

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
    path("rates/others/", rate_views.others, name="other_rates"),
    path("rates/<int:pk>/", rate_views.detail, name="rate"),
    path("periods/", views.periods, name="periods"),
    path("periods/open/", views.open_year, name="open_year"),
    path("windows/", proposals.windows, name="windows"),
    path("windows/new/", proposals.propose_window, name="propose_window"),
    path("windows/proposals/<int:pk>/", proposals.window_proposal, name="window_proposal"),
    path("windows/proposals/<int:pk>/<slug:act>/", proposals.decide_window, name="decide_window"),
    path("windows/of/<slug:window>/", proposals.window, name="window"),
    path("windows/of/<slug:window>/purpose/", proposals.propose_purpose, name="propose_purpose"),
    path("rules/", proposals.rules, name="rules"),
    path("rules/new/", proposals.propose_rule, name="propose_rule"),
    path("rules/proposals/<int:pk>/", proposals.rule_proposal, name="rule_proposal"),
    path("rules/proposals/<int:pk>/<slug:act>/", proposals.decide_rule, name="decide_rule"),
    path("check/", views.check, name="check"),
]
