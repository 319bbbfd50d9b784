from django.urls import URLPattern, path

from trustfund.statements import views

app_name = "statements"
urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("lines/<str:key>/<str:since>/<str:until>/<int:head>/", views.lines, name="lines"),
    path("of/<int:pk>/", views.subaccount, name="subaccount"),
    path("of/<int:pk>.<slug:format>", views.subaccount_download, name="subaccount_download"),
    path("<slug:code>.<slug:format>", views.download, name="download"),
    path("<slug:code>/", views.statement, name="statement"),
]
