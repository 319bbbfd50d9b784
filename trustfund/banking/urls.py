from django.urls import path

from trustfund.banking import matching_views, sure_views, views

app_name = "banking"
urlpatterns = [
    path("", views.index, name="index"),
    path("import/", views.take_in, name="take_in"),
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/<slug:bank>/", views.describe, name="describe"),
    path("lines/", views.lines, name="lines"),
    path("lines/sure/", sure_views.sure, name="sure"),
    path("lines/<int:line_pk>/", matching_views.line, name="line"),
    path("lines/<int:line_pk>/confirm/", matching_views.confirm, name="confirm"),
    path("lines/<int:line_pk>/undo/", matching_views.undo, name="undo"),
    path("lines/<int:line_pk>/offers/<slug:offer>/", matching_views.take_up, name="take_up"),
    path("lines/<int:line_pk>/voucher/", matching_views.voucher, name="voucher"),
    path("reconciliation/", views.reconciliation, name="reconciliation"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/file/", views.file, name="file"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:pk>/withdraw/confirm/", views.confirm_withdrawal, name="confirm_withdrawal"),
    path("<int:pk>/withdraw/decline/", views.decline_withdrawal, name="decline_withdrawal"),
]
