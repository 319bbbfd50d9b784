from django.urls import path

from trustfund.treasury import views

app_name = "treasury"
urlpatterns = [
    path("", views.index, name="index"),
    path("forecast/", views.forecast_page, name="forecast"),
    path("forecast/dues/", views.dues, name="dues"),
    path("delivery/", views.delivery_page, name="delivery"),
    path("delivery/lines/", views.lines, name="lines"),
]
