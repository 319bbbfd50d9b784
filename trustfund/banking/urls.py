from django.urls import path

from trustfund.banking import views

app_name = "banking"
urlpatterns = [
    path("", views.index, name="index"),
    path("import/", views.take_in, name="take_in"),
    path("accounts/", views.accounts, name="accounts"),
    path("accounts/<slug:bank>/", views.describe, name="describe"),
    path("lines/", views.lines, name="lines"),
    path("lines/<int:line_pk>/", views.line, name="line"),
    path("lines/<int:line_pk>/confirm/", views.confirm, name="confirm"),
    path("lines/<int:line_pk>/undo/", views.undo, name="undo"),
    path("lines/<int:line_pk>/offers/<slug:offer>/", views.take_up, name="take_up"),
    path("reconciliation/", views.reconciliation, name="reconciliation"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/file/", views.file, name="file"),
]
